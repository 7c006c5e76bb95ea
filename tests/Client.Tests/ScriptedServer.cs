using System.Net;
using System.Text;
using Twinrunner.TestKit;

namespace Twinrunner.Client.Tests;

/// <summary>Answers requests one after the other as a test wrote down, and keeps what it was asked.</summary>
internal sealed class ScriptedServer : HttpMessageHandler
{
    private readonly Queue<Func<HttpResponseMessage>> _answers = [];

    public List<(string Method, string Path, string? LastEventId, string? IdempotencyKey)> Asked { get; } = [];

    public RunnerClient Client(Func<RunnerClientOptions, RunnerClientOptions>? change = null)
    {
        var options = new RunnerClientOptions { Address = new Uri("http://server.test/prefix"), Time = new HastyTime(TimeSpan.FromSeconds(11)) };
        return new RunnerClient(change?.Invoke(options) ?? options, this);
    }

    public ScriptedServer Answers(HttpStatusCode status, string body, string type = "application/json")
    {
        _answers.Enqueue(() => new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, type) });
        return this;
    }

    /// <summary>Sends the text, and then breaks the connection, or keeps it open without a word.</summary>
    public ScriptedServer Streams(string text, bool thenSilence = false)
    {
        _answers.Enqueue(() => new HttpResponseMessage { Content = new StreamContent(new BreakingStream(text, thenSilence)) });
        return this;
    }

    public ScriptedServer Is(bool unreachable, int times = 1)
    {
        for (var i = 0; i < times && unreachable; i++)
            _answers.Enqueue(() => throw new HttpRequestException("Connection refused"));
        return this;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Asked.Add((request.Method.Method, request.RequestUri!.PathAndQuery, Header(request, "Last-Event-ID"), Header(request, "Idempotency-Key")));
        if (!_answers.TryDequeue(out var answer))
            throw new HttpRequestException("Connection refused");
        var response = answer();
        response.RequestMessage = request;
        return Task.FromResult(response);
    }

    private static string? Header(HttpRequestMessage request, string name) =>
        request.Headers.TryGetValues(name, out var values) ? values.Single() : null;

    private sealed class BreakingStream(string text, bool thenSilence) : Stream
    {
        private readonly MemoryStream _text = new(Encoding.UTF8.GetBytes(text));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await _text.ReadAsync(buffer, cancellationToken);
            if (read > 0)
                return read;
            if (thenSilence)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new IOException("Connection reset by peer");
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
