using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Twinrunner.Storage.Mongo.Bson;

namespace Twinrunner.Storage.Tests.Mongo;

/// <summary>
/// Documents with values of every type, those that go wrong most easily among them. Three things are left out, which Extended JSON has
/// no words for: the payload of a NaN, decimal numbers that aren't in their canonical form, and documents that spell a value (<c>{"$oid": …}</c>).
/// </summary>
internal static class RandomBson
{
    private static readonly string[] Names =
        ["", "a", "a.b", ".", "..", "$", "$a", "$a.b", "$numbers", "0", "é", "𝄞", " ", "\"", "\\", "\n", "\u007F", "\u2028", "\uFEFF", "__proto__"];

    private static readonly Gen<string> Text = Join("a", "\0", "\"", "\\", "\n", "é", "😀", "\u2028", "\uFFFD", "\uFEFF", "</script>", """{"$oid":"56e1fc72e0c917e9c4714161"}""");

    private static readonly Gen<string> TextWithoutZero = Join("a", "\"", "\\", "/", "é", "😀", "[0-9]+");

    private static readonly Gen<long> Numbers = Gen.OneOf(
        Gen.Elements(0, 1, -1, 5, int.MinValue, int.MaxValue, int.MaxValue + 1L, int.MinValue - 1L, (1L << 53) + 1, -(1L << 53) - 1, long.MinValue, long.MaxValue),
        Bytes(8).Select(bytes => BitConverter.ToInt64(bytes)));

    /// <summary>Around 1970, and around the last day that a date is written as text.</summary>
    private static readonly Gen<long> Dates = Gen.OneOf(Gen.Elements(-1L, 0L, 1L, -86_400_000L, -62_135_596_800_001L, 253_402_300_799_999L, 253_402_300_800_000L), Numbers);

    private static readonly Gen<double> Doubles = Gen.OneOf(
        Gen.Elements(0.0, -0.0, 1.0, 0.1, 1e21, -1e-7, double.Epsilon, double.MaxValue, double.PositiveInfinity, double.NegativeInfinity, BitConverter.UInt64BitsToDouble(0x7FF8000000000000)),
        Bytes(8).Select(bytes => BitConverter.ToDouble(bytes)).Where(number => !double.IsNaN(number)));

    private static readonly Gen<BsonValue> Simple = Gen.OneOf(
        Doubles.Select(number => new BsonValue(BsonType.Double, BitConverter.GetBytes(number))),
        Text.Select(text => new BsonValue(BsonType.String, Prefixed(text))),
        Text.Select(text => new BsonValue(BsonType.Symbol, Prefixed(text))),
        Text.Select(text => new BsonValue(BsonType.Code, Prefixed(text))),
        from kind in Gen.OneOf(Gen.Choose(0, 9), Gen.Choose(0, 255)) from bytes in SomeBytes() select Binary((byte)kind, bytes),
        from type in Gen.Elements<byte>(0x03, 0x27, 0x10) from bytes in SomeBytes() select Binary(9, [type, 0, .. bytes]),
        Bytes(12).Select(bytes => new BsonValue(BsonType.ObjectId, bytes)),
        Gen.Elements<byte>(0, 1).Select(value => new BsonValue(BsonType.Boolean, [value])),
        Dates.Select(date => new BsonValue(BsonType.DateTime, BitConverter.GetBytes(date))),
        from pattern in TextWithoutZero from options in Gen.Elements("", "i", "imsx") select new BsonValue(BsonType.Regex, [.. Encoding.UTF8.GetBytes($"{pattern}\0{options}\0")]),
        from name in Text from id in Bytes(12) select new BsonValue(BsonType.DbPointer, [.. Prefixed(name), .. id]),
        Numbers.Select(number => new BsonValue(BsonType.Int32, BitConverter.GetBytes((int)number))),
        Numbers.Select(number => new BsonValue(BsonType.Timestamp, BitConverter.GetBytes(number))),
        Numbers.Select(number => new BsonValue(BsonType.Int64, BitConverter.GetBytes(number))),
        Decimals().Select(bytes => new BsonValue(BsonType.Decimal128, bytes)),
        Gen.Elements(BsonType.Null, BsonType.Undefined, BsonType.MinKey, BsonType.MaxKey).Select(type => new BsonValue(type, [])));

    /// <param name="depth">Documents and lists in each other, at most.</param>
    public static Gen<BsonValue> Value(int depth) => depth == 0
        ? Simple
        : Gen.Frequency(
            (4, Simple),
            (2, Document(depth - 1).Select(document => new BsonValue(BsonType.Document, document))),
            (1, from items in Value(depth - 1).ArrayOf(3) select new BsonValue(BsonType.Array, Write(items.Index().Select(item => ($"{item.Index}", item.Item))))),
            (1, from code in Text from scope in Document(depth - 1) select WithScope(code, scope)));

    /// <summary>A value within that many documents and lists.</summary>
    public static BsonValue Nested(BsonValue value, int depth) => depth == 0
        ? value
        : Nested(new(depth % 2 == 0 ? BsonType.Document : BsonType.Array, Write([("0", value)])), depth - 1);

    private static Gen<byte[]> Document(int depth) =>
        from names in Gen.SubListOf(Names)
        from values in Value(depth).ArrayOf(names.Count)
        select Write(names.Zip(values));

    private static byte[] Write(IEnumerable<(string Name, BsonValue Value)> fields) => BsonWriter.Document(bson =>
    {
        foreach (var (name, value) in fields)
            value.Write(bson, name);
    });

    /// <summary>Coefficient, exponent and sign, as IEEE 754-2008 lays them out; and the two infinities and NaN.</summary>
    private static Gen<byte[]> Decimals() => Gen.OneOf(
        from digits in Gen.OneOf(Gen.Elements("0", "1", "10", new string('9', 34)), Gen.Elements([.. "0123456789"]).ArrayOf(34).Select(all => new string(all)))
        from exponent in Gen.OneOf(Gen.Elements(0, 6176, 12287), Gen.Choose(0, 12287))
        from sign in Gen.Choose(0, 1)
        select Decimal(UInt128.Parse(digits, CultureInfo.InvariantCulture) | (UInt128)(ulong)exponent << 113 | (UInt128)(ulong)sign << 127),
        Gen.Elements(0x78UL, 0xF8UL, 0x7CUL).Select(head => Decimal((UInt128)head << 120)));

    private static byte[] Decimal(UInt128 bits)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, bits);
        return bytes;
    }

    /// <summary>The old subtype 2 has its length twice.</summary>
    private static BsonValue Binary(byte subtype, byte[] bytes)
    {
        byte[] content = subtype == 2 ? [.. BitConverter.GetBytes(bytes.Length), .. bytes] : bytes;
        return new(BsonType.Binary, [.. BitConverter.GetBytes(content.Length), subtype, .. content]);
    }

    private static BsonValue WithScope(string code, byte[] scope)
    {
        var text = Prefixed(code);
        return new(BsonType.CodeWithScope, [.. BitConverter.GetBytes(4 + text.Length + scope.Length), .. text, .. scope]);
    }

    private static byte[] Prefixed(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return [.. BitConverter.GetBytes(utf8.Length + 1), .. utf8, 0];
    }

    private static Gen<string> Join(params string[] pieces) => from count in Gen.Choose(0, 4) from chosen in Gen.Elements(pieces).ArrayOf(count) select string.Concat(chosen);

    private static Gen<byte[]> SomeBytes() => Gen.Choose(0, 20).SelectMany(Bytes);

    private static Gen<byte[]> Bytes(int count) => Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(count);
}

/// <summary>A value as its bytes.</summary>
internal sealed record BsonValue(BsonType Type, byte[] Bytes)
{
    public void Write(BsonWriter bson, string name)
    {
        bson.Element(Type, name);
        bson.Bytes(Bytes);
    }

    public bool Equals(BsonValue? other) => other is not null && Type == other.Type && Bytes.AsSpan().SequenceEqual(other.Bytes);

    public override int GetHashCode() => Bytes.Length;

    public override string ToString() => $"{Type} {Convert.ToHexString(Bytes)}";
}
