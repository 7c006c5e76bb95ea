using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twinrunner.Storage;

/// <summary>The id of one kind of document, so that a step's id can't be passed where an execution's is meant.</summary>
[JsonConverter(typeof(IdJsonConverterFactory))]
public readonly record struct Id<TDocument>(ObjectId Value) : IParsable<Id<TDocument>>, IComparable<Id<TDocument>>
{
    public static Id<TDocument> New(TimeProvider time) => new(ObjectId.New(time));

    public int CompareTo(Id<TDocument> other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static Id<TDocument> Parse(string s, IFormatProvider? provider = null) => new(ObjectId.Parse(s, provider));

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Id<TDocument> result)
    {
        var parsed = ObjectId.TryParse(s, provider, out var id);
        result = new(id);
        return parsed;
    }

    public static bool operator <(Id<TDocument> left, Id<TDocument> right) => left.CompareTo(right) < 0;
    public static bool operator >(Id<TDocument> left, Id<TDocument> right) => left.CompareTo(right) > 0;
    public static bool operator <=(Id<TDocument> left, Id<TDocument> right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Id<TDocument> left, Id<TDocument> right) => left.CompareTo(right) >= 0;
}

/// <summary>Writes and reads an <see cref="Id{TDocument}"/> as its <see cref="ObjectId"/>.</summary>
public sealed class IdJsonConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Id<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Converter<TDocument> : JsonConverter<Id<TDocument>>
    {
        private static readonly ObjectIdJsonConverter Inner = new();

        public override Id<TDocument> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(Inner.Read(ref reader, typeof(ObjectId), options));

        public override void Write(Utf8JsonWriter writer, Id<TDocument> value, JsonSerializerOptions options) =>
            Inner.Write(writer, value.Value, options);
    }
}
