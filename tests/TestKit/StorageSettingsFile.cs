using System.Text.Json;
using Twinrunner.Runner.Hosting;
using Twinrunner.Storage;

namespace Twinrunner.TestKit;

/// <summary>The settings file of a data folder that names back ends, with the keys of a bucket in files beside it, as an operator would have it.</summary>
public static class StorageSettingsFile
{
    public static void Write(string dataFolder, StorageOptions options)
    {
        Directory.CreateDirectory(dataFolder);
        var settings = new Dictionary<string, string>();
        if (options.Mongo is { } mongo)
            settings["database"] = mongo.Address;
        if (options.S3 is { } s3)
        {
            settings["objects"] = $"s3://{s3.Bucket}";
            settings["s3Endpoint"] = s3.Endpoint!.ToString();
            settings["s3AccessKeyFile"] = Secret("s3-access-key", s3.AccessKey!);
            settings["s3SecretKeyFile"] = Secret("s3-secret-key", s3.SecretKey!);
            if (s3.CaFile is { } file)
                settings["s3CaFile"] = file;
            if (s3.Region is { } region)
                settings["s3Region"] = region;
        }
        File.WriteAllText(Path.Combine(dataFolder, HostSettingsReader.FileName), JsonSerializer.Serialize(settings));

        string Secret(string name, string value)
        {
            var path = Path.Combine(dataFolder, name);
            File.WriteAllText(path, value);
            return path;
        }
    }
}
