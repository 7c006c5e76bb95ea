namespace Twinrunner.Registry.Odtp;

/// <summary><c>secrets</c>: the names are all that counts; dialects say <c>type</c> or <c>datatype</c> beside them.</summary>
internal static class OdtpSecrets
{
    public static IReadOnlyList<string> Read(OdtpNode? section, OdtpFaults faults)
    {
        List<string> names = [];
        foreach (var (key, value) in OdtpList.Entries(section, "name"))
        {
            var name = key ?? OdtpList.Text(value is OdtpMapping mapping ? mapping.Find("name", "secret-name") : value);
            if (!EnvironmentName.IsPossible(name))
                faults.Warn(value, "A secret needs a name that an environment variable can have; it is ignored.");
            else if (names.Contains(name))
                faults.Warn(value, $"The secret '{name}' is here twice.");
            else
                names.Add(name);
        }
        return names;
    }
}
