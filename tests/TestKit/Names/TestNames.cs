using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Twinrunner.TestKit.Names;

/// <summary>A name server (RFC 1035) on loopback that knows what a test puts there. The system's resolver asks only on port 53, which takes root.</summary>
public sealed class TestNames : IAsyncDisposable
{
    private const int HeadLength = 12;
    private const ushort Address = 1, Text = 16, Service = 33;
    private const ushort AnswersRecursively = 0x8180, NoSuchName = 3;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stopped = new();
    private readonly List<(string Name, ushort Type, byte[] Data)> _records = [];
    private readonly Task _answering;

    private TestNames(IPAddress server)
    {
        Server = server;
        _socket.Bind(new IPEndPoint(server, 53));
        _answering = AnswerAsync();
    }

    public IPAddress Server { get; }

    /// <summary>On an address of this process's own, so that others may do the same. Skips the test where that takes more rights.</summary>
    public static TestNames Start()
    {
        try
        {
            return new(new([127, 53, (byte)(Environment.ProcessId >> 8), (byte)Environment.ProcessId]));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AccessDenied)
        {
            Assert.Skip("a name server on port 53 takes root");
            throw;
        }
    }

    /// <summary>Add everything before the first question.</summary>
    public void AddAddress(string name, IPAddress address) => _records.Add((name, Address, address.GetAddressBytes()));

    public void AddText(string name, string text) => _records.Add((name, Text, [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)]));

    /// <summary>RFC 2782.</summary>
    public void AddService(string name, string target, int port) =>
        _records.Add((name, Service, [0, 0, 0, 0, (byte)(port >> 8), (byte)port, .. target.Split('.').SelectMany(label => Encoding.ASCII.GetBytes(label).Prepend((byte)label.Length)), 0]));

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _socket.Dispose();
        await _answering;
        _stopped.Dispose();
    }

    private async Task AnswerAsync()
    {
        var question = new byte[512];
        try
        {
            while (true)
            {
                var asked = await _socket.ReceiveFromAsync(question, new IPEndPoint(IPAddress.Any, 0), _stopped.Token);
                await _socket.SendToAsync(Answer(question), asked.RemoteEndPoint, _stopped.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private byte[] Answer(byte[] question)
    {
        var labels = new List<string>();
        var at = HeadLength;
        for (; question[at] > 0; at += 1 + question[at])
            labels.Add(Encoding.ASCII.GetString(question, at + 1, question[at]));
        var type = BinaryPrimitives.ReadUInt16BigEndian(question.AsSpan(at + 1));
        var known = _records.FindAll(record => record.Name.Equals(string.Join('.', labels), StringComparison.OrdinalIgnoreCase));
        var found = known.FindAll(record => record.Type == type);

        var answer = new List<byte>(question[..(at + 5)]);
        Put(2, known.Count > 0 ? AnswersRecursively : (ushort)(AnswersRecursively | NoSuchName));
        Put(4, 1);
        Put(6, (ushort)found.Count);
        Put(8, 0);
        Put(10, 0);
        foreach (var (_, _, data) in found)
            answer.AddRange([0xC0, HeadLength, 0, (byte)type, 0, 1, 0, 0, 0, 60, 0, (byte)data.Length, .. data]); // the name is the question's
        return [.. answer];

        void Put(int offset, ushort value) => (answer[offset], answer[offset + 1]) = ((byte)(value >> 8), (byte)value);
    }
}
