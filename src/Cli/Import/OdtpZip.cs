using System.Text.Json;
using Twinrunner.Storage.Objects;

namespace Twinrunner.Cli.Import;

/// <summary>Where an output's document says that ODTP put its zip.</summary>
internal sealed record OdtpZip(string OutputId, string Bucket, string Key)
{
    /// <summary>Null: the document doesn't say it.</summary>
    public static OdtpZip? Of(JsonElement output)
    {
        if (OdtpDump.Reference(output, "_id") is not { } id || OdtpDump.Reference(output, "s3_bucket") is not { } bucket
            || OdtpDump.Reference(output, "s3_key") is not { } folder || OdtpDump.Reference(output, "file_name") is not { } name)
            return null;
        var key = $"{folder.TrimEnd('/')}/{name}";
        return ObjectKey.IsValid(key) ? new(id, bucket, key) : null;
    }

    public override string ToString() => $"outputs {OutputId}";
}
