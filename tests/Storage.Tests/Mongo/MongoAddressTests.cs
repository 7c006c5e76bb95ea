using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Mongo;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Mongo;
using Twinrunner.TestKit.Names;

namespace Twinrunner.Storage.Tests.Mongo;

/// <summary>Addresses, logins and certificates, and what a person is told when they are wrong.</summary>
public sealed class MongoAddressTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Users_and_TLS_work_with_the_password_in_the_address_or_apart()
    {
        await using var mongo = TestMongo.Create(TestMongo.SecureVariable);
        var uri = new Uri(mongo.Address.Replace("mongodb:", "tcp:", StringComparison.Ordinal));
        var login = uri.UserInfo.Split(':');
        var apart = new MongoOptions(mongo.Address.Replace(uri.UserInfo + "@", "", StringComparison.Ordinal), login[0], Uri.UnescapeDataString(login[1]));

        await mongo.Open().PingAsync(Token);
        await mongo.Open(apart).PingAsync(Token);
        Assert.True(await mongo.Open(apart).Collection("a").TryInsertAsync([new(ObjectId.New(TimeProvider.System), "{}"u8.ToArray())], Token));
        var wrong = await Assert.ThrowsAsync<DatabaseException>(() => mongo.Open(apart with { Password = "wrong" }).PingAsync(Token));
        Assert.Contains("refused the user or the password", wrong.Message);
    }

    [Fact]
    public async Task An_unknown_certificate_is_named_with_what_to_do()
    {
        await using var mongo = TestMongo.Create(TestMongo.SecureVariable);
        var address = string.Join('&', mongo.Address.Split('&').Where(option => !option.StartsWith("tlsCAFile", StringComparison.Ordinal)));

        var unknown = await Assert.ThrowsAsync<DatabaseException>(() => mongo.Open(new(address + "&serverSelectionTimeoutMS=1500")).PingAsync(Token));

        Assert.Contains("tlsCAFile", unknown.Message);
        Assert.DoesNotContain("Testers-pass-1", unknown.Message);
    }

    [Fact]
    public async Task A_certificate_logs_in_without_a_password()
    {
        await using var mongo = TestMongo.Create(TestMongo.CertificateVariable);

        var documents = mongo.Open().Collection("a");

        Assert.True(await documents.TryInsertAsync([new(ObjectId.New(TimeProvider.System), "{}"u8.ToArray())], Token));
    }

    [Fact]
    public async Task A_certificate_that_is_missing_or_a_strangers_is_refused_with_what_to_do()
    {
        await using var mongo = TestMongo.Create(TestMongo.CertificateVariable);
        using var folder = new TestFolder();
        using var key = ECDsa.Create();
        using var stranger = new CertificateRequest("CN=tester,O=Twinrunner", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
        await File.WriteAllTextAsync(folder["stranger.pem"], key.ExportPkcs8PrivateKeyPem() + "\n" + stranger.ExportCertificatePem(), Token);
        var without = string.Join('&', mongo.Address.Split('&').Where(option => !option.StartsWith("tlsCertificateKeyFile", StringComparison.Ordinal)));

        foreach (var (address, sentence) in ((string, string)[])
        [
            (without, "Give the file with certificate and key as tlsCertificateKeyFile"),
            ($"{without}&tlsCertificateKeyFile={folder["stranger.pem"]}", "that the server trusts its authority"),
            ($"{without}&tlsCertificateKeyFile={folder["none.pem"]}", "that tlsCertificateKeyFile holds a certificate and its key"),
        ])
        {
            var refused = await Assert.ThrowsAsync<DatabaseException>(() => mongo.Open(new(address + "&serverSelectionTimeoutMS=1500") { Patience = TimeSpan.Zero }).PingAsync(Token));
            Assert.Contains(sentence, refused.Message);
        }
    }

    [Fact]
    public async Task Hosts_and_replica_set_come_from_DNS_with_mongodb_srv()
    {
        await using var mongo = TestMongo.Create();
        var server = new Uri(mongo.Address.Replace("mongodb:", "tcp:", StringComparison.Ordinal));
        await using var names = TestNames.Start();
        names.AddService("_mongodb._tcp.cluster.twin.test", "db.twin.test", server.Port);
        names.AddText("cluster.twin.test", server.Query.TrimStart('?'));
        names.AddAddress("db.twin.test", IPAddress.Parse(server.Host));

        var database = await NameThread.RunAsync(names.Server, () => mongo.Open(new($"mongodb+srv://cluster.twin.test{server.AbsolutePath}?tls=false")));
        await await NameThread.RunAsync(names.Server, () => database.PingAsync(Token));
        var unknown = await Assert.ThrowsAsync<DatabaseException>(() => NameThread.RunAsync(names.Server, () => mongo.Open(new("mongodb+srv://other.twin.test/"))));

        Assert.True(await database.Collection("a").TryInsertAsync([new(ObjectId.New(TimeProvider.System), "{}"u8.ToArray())], Token));
        Assert.Contains("_mongodb._tcp.other.twin.test", unknown.Message);
    }

    [Fact]
    public async Task A_server_without_a_replica_set_is_told_apart()
    {
        await using var mongo = TestMongo.Create(TestMongo.AloneVariable);
        var documents = mongo.Open().Collection("alone");

        var refused = await Assert.ThrowsAsync<DatabaseException>(() => documents.TryInsertAsync(
            [new(ObjectId.New(TimeProvider.System), "{}"u8.ToArray()), new(ObjectId.New(TimeProvider.System), "{}"u8.ToArray())], Token));

        Assert.Contains("rs.initiate()", refused.Message);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_waited_for_and_then_named()
    {
        TestMongo.RequireDriver();
        await using var database = TestMongo.OpenAt(new("mongodb://ada:secret@127.0.0.1:1/?serverSelectionTimeoutMS=100") { Patience = TimeSpan.FromMilliseconds(300) });

        var unreachable = await Assert.ThrowsAsync<DatabaseException>(() => database.Collection("a").CountAsync(Filter.All, 1, Token));

        Assert.Contains("mongodb://127.0.0.1:1/", unreachable.Message);
        Assert.Contains("can't be reached", unreachable.Message);
        Assert.DoesNotContain("secret", unreachable.Message);
    }

    [Theory]
    [InlineData("mongodb://h1/?authMechanism=SCRAM-SHA-256", "mongodb://a%3Ab:p%40%2F@h1/?authMechanism=SCRAM-SHA-256")]
    [InlineData("mongodb://old:secret@h1,h2/db", "mongodb://a%3Ab:p%40%2F@h1,h2/db")]
    [InlineData("mongodb+srv://h1", "mongodb+srv://a%3Ab:p%40%2F@h1")]
    public void A_login_given_apart_takes_the_place_of_the_one_in_the_address(string address, string expected) =>
        Assert.Equal(expected, MongoAddress.WithLogin(new(address, "a:b", "p@/")));

    [Fact]
    public void An_address_in_a_message_holds_no_password() =>
        Assert.Equal(
            "mongodb://h1/?tls=true&tlsCertificateKeyFilePassword=&tlsCAFile=/ca.pem",
            new MongoOptions("mongodb://ada:p@ss@h1/?tls=true&tlsCertificateKeyFilePassword=secret&tlsCAFile=/ca.pem").ToString());

    [Theory]
    [InlineData("mongodb://u@h1,h2:27018/odtp?replicaSet=rs0&authSource=admin&authMechanism=SCRAM-SHA-1", true)]
    [InlineData("mongodb://u:p%40@h1/?authMechanism=SCRAM-SHA-256&tls=true&tlsCAFile=/ca.pem", true)]
    [InlineData("mongodb://h1/?authMechanism=MONGODB-X509&tls=true&tlsCertificateKeyFile=/client.pem", true)]
    [InlineData("mongodb+srv://cluster.example.org/odtp", true)]
    [InlineData("mongodb://h1:notaport/", false)]
    [InlineData("mongodb+srv://h1,h2/", false)]
    [InlineData("http://h1/", false)]
    public void Addresses_are_read_by_the_driver_itself(string address, bool isOne)
    {
        TestMongo.RequireDriver();
        if (isOne)
        {
            using var uri = MongoAddress.Read(new(address));
            Assert.Equal(address.Contains("/odtp", StringComparison.Ordinal) ? "odtp" : "twinrunner", MongoAddress.Database(uri));
            return;
        }
        Assert.Throws<DatabaseException>(() => MongoAddress.Read(new(address)));
    }
}
