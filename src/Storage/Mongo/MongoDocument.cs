using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Mongo.Bson;

namespace Twinrunner.Storage.Mongo;

/// <summary>
/// A document as it lies in MongoDB: <c>_id</c>, <c>revision</c>, its fields, and in <see cref="OwnField"/> what only this back end
/// reads: <c>write</c>, a number by which a write is known again whose answer was lost, and <c>unique</c>, the values that unique
/// indexes are over.
/// </summary>
internal static class MongoDocument
{
    public const string OwnField = "_twinrunner";

    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true, MaxDepth = 1000 };

    /// <summary>Adds the document to what the writer holds.</summary>
    /// <exception cref="DatabaseException">BSON can't hold it.</exception>
    public static void Write(BsonWriter bson, ObjectId id, long revision, ReadOnlySpan<byte> json, long write, IReadOnlyCollection<IndexDefinition> unique)
    {
        try
        {
            var start = bson.Begin();
            bson.Field("_id", id);
            bson.Field("revision", revision);
            JsonBson.WriteFields(bson, json, "_id", "revision", OwnField);
            WriteOwn(bson, start, write, unique);
            bson.End(start);
        }
        catch (Exception exception) when (exception is ArgumentException or JsonException)
        {
            throw new DatabaseException($"The document {id} can't be stored: {exception.Message}", exception);
        }
    }

    public static T Read<T>(ReadOnlySpan<byte> document, DocumentReader<T> read)
    {
        var (id, revision) = (default(ObjectId), 0L);
        var json = new PooledJson();
        using (var writer = new Utf8JsonWriter(json, Unescaped))
        {
            writer.WriteStartObject();
            var reader = new BsonReader(document);
            while (reader.Read())
            {
                if (reader.Name.SequenceEqual("revision"u8))
                {
                    revision = reader.WholeNumber;
                    continue;
                }
                if (reader.Name.SequenceEqual("_twinrunner"u8))
                    continue;
                if (reader.Name.SequenceEqual("_id"u8) && reader.Type == BsonType.ObjectId)
                    id = reader.ObjectId;
                writer.WritePropertyName(reader.Name);
                BsonJson.WriteValue(writer, reader, 1);
            }
            writer.WriteEndObject();
        }
        var result = read(id, revision, json.Bytes.Span);
        json.Return();
        return result;
    }

    private static void WriteOwn(BsonWriter bson, int start, long write, IReadOnlyCollection<IndexDefinition> unique)
    {
        // The document isn't finished: a copy that ends before our own field can be read.
        var document = unique.Count > 0 ? Finished(bson.Written.Span[start..]) : [];
        var own = bson.BeginDocument(OwnField);
        bson.Field("write", write);
        var present = unique.Where(index => Find(document, index.Keys[0].Path, out _)).ToList();
        if (present.Count > 0)
        {
            var values = bson.BeginDocument("unique"u8);
            foreach (var index in present)
                WriteUnique(bson, document, index);
            bson.End(values);
        }
        bson.End(own);
        if (document.Length > 0)
            ArrayPool<byte>.Shared.Return(document);
    }

    private static void WriteUnique(BsonWriter bson, ReadOnlySpan<byte> document, IndexDefinition index)
    {
        var key = bson.BeginDocument(index.Name);
        for (var i = 0; i < index.Keys.Count; i++)
        {
            if (!Find(document, index.Keys[i].Path, out var value))
            {
                bson.Element(BsonType.Null, i);
            }
            else if (value.Type == BsonType.ObjectId)
            {
                bson.Element(BsonType.String, i); // the same as the id written as text
                bson.Text(value.ObjectId.ToString());
            }
            else
            {
                bson.Element(value.Type, i);
                bson.Bytes(value.Value);
            }
        }
        bson.End(key);
    }

    private static bool Find(ReadOnlySpan<byte> document, string path, out BsonReader value) =>
        BsonReader.TryFindPath(document, path, out value) && value.Type is not (BsonType.Null or BsonType.Undefined);

    private static byte[] Finished(ReadOnlySpan<byte> begun)
    {
        var document = ArrayPool<byte>.Shared.Rent(begun.Length + 1);
        begun.CopyTo(document);
        document[begun.Length] = 0;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(document, begun.Length + 1);
        return document;
    }
}
