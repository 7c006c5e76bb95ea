using Twinrunner.MongoGateway;

// gateway --port=PORT --pg=CONNECTION [--users] [--cert=FILE --key=FILE [--user-ca=FILE]] [--set=NAME | --standalone]
var options = args.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair.Length > 1 ? pair[1] : "");
ThreadPool.SetMinThreads(32, 32);
await using var gateway = new Gateway(new GatewayOptions(options["--pg"], int.Parse(options["--port"]))
{
    NeedsUsers = options.ContainsKey("--users"),
    SetName = options.ContainsKey("--standalone") ? null : options.GetValueOrDefault("--set", "rs0"),
    Certificate = options.GetValueOrDefault("--cert"),
    Key = options.GetValueOrDefault("--key"),
    UserAuthority = options.GetValueOrDefault("--user-ca"),
});
Console.WriteLine($"listening on 127.0.0.1:{gateway.Port}");
await gateway.RunAsync();
