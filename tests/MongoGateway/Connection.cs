using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Twinrunner.MongoGateway;

/// <summary>One connection: messages in, replies out (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/).</summary>
internal sealed class Connection(Gateway gateway, Socket socket, int number)
{
    private const int OpReply = 1, OpQuery = 2004, OpMessage = 2013;
    private const int Largest = 48_000_000;

    private static int _lastReply;

    private readonly CommandRunner _commands = new(gateway, number);

    public async Task RunAsync()
    {
        try
        {
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (gateway.Certificate is { } certificate)
            {
                var secure = new SslStream(stream);
                await secure.AuthenticateAsServerAsync(Tls(certificate, gateway.UserAuthority));
                _commands.Subject = secure.RemoteCertificate?.Subject.Replace(", ", ",");
                stream = secure;
            }
            await using (stream)
            {
                while (await AnswerAsync(stream))
                {
                }
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or AuthenticationException or ConnectionClosed)
        {
            // The client is gone, or is to believe that the server is.
        }
        catch (Exception exception)
        {
            await Console.Error.WriteLineAsync($"connection {number}: {exception}");
        }
    }

    /// <summary>A client may show a certificate; one of another authority's ends the handshake.</summary>
    private static SslServerAuthenticationOptions Tls(X509Certificate2 certificate, X509Certificate2? userAuthority) => userAuthority is null
        ? new() { ServerCertificate = certificate }
        : new()
        {
            ServerCertificate = certificate,
            ClientCertificateRequired = true,
            CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { userAuthority }, RevocationMode = X509RevocationMode.NoCheck },
            RemoteCertificateValidationCallback = (_, _, _, errors) => errors is SslPolicyErrors.None or SslPolicyErrors.RemoteCertificateNotAvailable,
        };

    /// <summary>False: the connection is over.</summary>
    private async Task<bool> AnswerAsync(Stream stream)
    {
        var head = new byte[16];
        await stream.ReadExactlyAsync(head);
        var (length, request, operation) = (Int(head, 0), Int(head, 4), Int(head, 12));
        if (length is < 16 or > Largest)
            return false;
        var body = new byte[length - 16];
        await stream.ReadExactlyAsync(body);
        if (operation == OpQuery)
        {
            await stream.WriteAsync(await GreetAsync(body, request));
            return true;
        }
        if (operation != OpMessage)
            return false;
        var (command, sequence) = Parts(body);
        var reply = await _commands.RunAsync(command, sequence);
        var message = new byte[21 + reply.Length];
        WriteHead(message, request, OpMessage);
        reply.CopyTo(message, 21);
        await stream.WriteAsync(message);
        return true;
    }

    /// <summary>The old message with which drivers say hello.</summary>
    private async Task<byte[]> GreetAsync(byte[] body, int request)
    {
        var query = 4 + body.AsSpan(4).IndexOf((byte)0) + 1 + 8;
        var command = body.AsMemory(query, Int(body, query));
        var reply = await _commands.RunAsync(Bson.Append(command.Span, new BsonBuilder().Put("$db", "admin").Done()), null);
        var message = new byte[36 + reply.Length];
        WriteHead(message, request, OpReply);
        message[16] = 8;
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(32), 1);
        reply.CopyTo(message, 36);
        return message;
    }

    /// <summary>The command, and the documents that came apart from it.</summary>
    private static (ReadOnlyMemory<byte> Command, ReadOnlyMemory<byte>? Sequence) Parts(byte[] body)
    {
        ReadOnlyMemory<byte> command = default;
        ReadOnlyMemory<byte>? sequence = null;
        var end = body.Length - ((Int(body, 0) & 1) != 0 ? 4 : 0); // a checksum
        for (var at = 4; at < end;)
        {
            var kind = body[at++];
            var length = Int(body, at);
            if (kind == 0)
                command = body.AsMemory(at, length);
            else
                sequence = body.AsMemory(at + 4 + body.AsSpan(at + 4).IndexOf((byte)0) + 1, length - 4 - body.AsSpan(at + 4).IndexOf((byte)0) - 1);
            at += length;
        }
        return (command, sequence);
    }

    private static int Int(byte[] bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));

    private static void WriteHead(byte[] message, int request, int operation)
    {
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(4), Interlocked.Increment(ref _lastReply));
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(8), request);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(12), operation);
    }
}

/// <summary>The connection is to be cut without a reply.</summary>
internal sealed class ConnectionClosed : Exception;
