using Twinrunner.Storage.Mongo.Bson;
using Twinrunner.Storage.Mongo.Native;

namespace Twinrunner.Storage.Mongo;

/// <summary>One connection's client, for the one thread that has it now. Every call blocks, and throws <see cref="MongoException"/>.</summary>
internal readonly unsafe struct MongoClient(nint client, string database)
{
    private static readonly byte[] Nothing = [5, 0, 0, 0, 0];

    /// <summary>Calls <paramref name="found"/> for each document; its bytes are the driver's, until it returns.</summary>
    public void Find(string collection, ReadOnlyMemory<byte> filter, ReadOnlyMemory<byte> options, DocumentReader found)
    {
        using var handle = Libmongoc.GetCollection(client, database, collection);
        using var lentFilter = new LentBson(filter);
        using var lentOptions = new LentBson(options);
        using var cursor = Libmongoc.Find(handle, lentFilter.Pointer, lentOptions.Pointer, 0);
        while (Libmongoc.Next(cursor, out var document))
            found(ReplyBson.At(document));
        if (Libmongoc.HasFailed(cursor, out var error, out var reply))
            throw MongoException.From(error, reply == 0 ? [] : ReplyBson.At(reply));
    }

    public void Insert(string collection, ReadOnlyMemory<byte> document)
    {
        using var handle = Libmongoc.GetCollection(client, database, collection);
        using var lent = new LentBson(document);
        using var reply = new ReplyBson();
        if (!Libmongoc.InsertOne(handle, lent.Pointer, 0, reply.Pointer, out var error))
            throw MongoException.From(error, reply.Document);
    }

    /// <summary>Inserts all of them in a transaction: all or none.</summary>
    public void InsertTogether(string collection, ReadOnlyMemory<byte> documents)
    {
        using var handle = Libmongoc.GetCollection(client, database, collection);
        using var session = Libmongoc.StartSession(client, 0, out var error);
        if (session.IsInvalid || !Libmongoc.StartTransaction(session, 0, out error))
            throw MongoException.From(error, []);
        using var options = new ReplyBson();
        Libmongoc.AppendSession(session, options.Pointer, out _);
        using var lent = new LentBson(documents);
        using (var reply = new ReplyBson())
        {
            var pointers = new nint[lent.Count];
            lent.Pointers(pointers);
            fixed (nint* first = pointers)
            {
                if (!Libmongoc.InsertMany(handle, first, (nuint)lent.Count, options.Pointer, reply.Pointer, out error))
                {
                    var failure = MongoException.From(error, reply.Document);
                    Libmongoc.AbortTransaction(session, out _);
                    throw failure;
                }
            }
        }
        Commit(session);
    }

    /// <summary>Replaces the document that matches. False: there is none.</summary>
    public bool Replace(string collection, ReadOnlyMemory<byte> filter, ReadOnlyMemory<byte> document)
    {
        using var handle = Libmongoc.GetCollection(client, database, collection);
        using var lentFilter = new LentBson(filter);
        using var lent = new LentBson(document);
        using var reply = new ReplyBson();
        return Libmongoc.ReplaceOne(handle, lentFilter.Pointer, lent.Pointer, 0, reply.Pointer, out var error)
            ? Number(reply.Document, "matchedCount"u8) == 1
            : throw MongoException.From(error, reply.Document);
    }

    /// <summary>Deletes what matches; returns how many.</summary>
    public long Delete(string collection, ReadOnlyMemory<byte> filter)
    {
        using var handle = Libmongoc.GetCollection(client, database, collection);
        using var lent = new LentBson(filter);
        using var reply = new ReplyBson();
        return Libmongoc.DeleteMany(handle, lent.Pointer, 0, reply.Pointer, out var error)
            ? Number(reply.Document, "deletedCount"u8)
            : throw MongoException.From(error, reply.Document);
    }

    /// <summary>A command that only reads. Returns its reply.</summary>
    public byte[] Read(ReadOnlyMemory<byte> command, string? on = null)
    {
        using var lent = new LentBson(command);
        using var reply = new ReplyBson();
        return Libmongoc.Read(client, on ?? database, lent.Pointer, 0, 0, reply.Pointer, out var error)
            ? reply.Document.ToArray()
            : throw MongoException.From(error, reply.Document);
    }

    /// <summary>A command that writes. The driver doesn't try it again.</summary>
    public byte[] Write(ReadOnlyMemory<byte> command)
    {
        using var lent = new LentBson(command);
        using var reply = new ReplyBson();
        return Libmongoc.Write(client, database, lent.Pointer, 0, reply.Pointer, out var error)
            ? reply.Document.ToArray()
            : throw MongoException.From(error, reply.Document);
    }

    /// <summary>Gives each change of the collection to <paramref name="changed"/>, and nothing when the stream is open and whenever a while passed without one, until it returns false.</summary>
    public void Watch(string collection, ReadOnlyMemory<byte> options, ChangeReader changed)
    {
        using var handle = Libmongoc.GetCollection(client, database, collection);
        using var lentPipeline = new LentBson(Nothing);
        using var lentOptions = new LentBson(options);
        using var stream = Libmongoc.Watch(handle, lentPipeline.Pointer, lentOptions.Pointer);
        Check(stream);
        while (changed([]))
        {
            while (Libmongoc.Next(stream, out var change))
            {
                if (!changed(ReplyBson.At(change)))
                    return;
            }
            Check(stream);
        }
    }

    private static void Check(ChangeStreamHandle stream)
    {
        if (Libmongoc.HasFailed(stream, out var error, out var reply))
            throw MongoException.From(error, reply == 0 ? [] : ReplyBson.At(reply));
    }

    private static void Commit(SessionHandle session)
    {
        // The driver tries once more by itself; after that the commit may be repeated for as long as its outcome isn't known.
        for (var tries = 0; ; tries++)
        {
            using var reply = new ReplyBson();
            if (Libmongoc.CommitTransaction(session, reply.Pointer, out var error))
                return;
            var failure = MongoException.From(error, reply.Document);
            if (tries == 3 || !failure.Labels.Contains("UnknownTransactionCommitResult"))
                throw failure;
        }
    }

    private static long Number(ReadOnlySpan<byte> reply, ReadOnlySpan<byte> name) =>
        BsonReader.TryFind(reply, name, out var found) ? found.WholeNumber : 0;
}

internal delegate void DocumentReader(ReadOnlySpan<byte> document);

internal delegate bool ChangeReader(ReadOnlySpan<byte> change);
