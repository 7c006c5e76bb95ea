namespace Twinrunner.Registry.Odtp;

/// <summary><c>devices</c>: <c>{gpu: true}</c> up to schema v0.3.4, a list of <c>{type, required}</c> since v0.5.0.</summary>
internal static class OdtpDevices
{
    /// <summary>A GPU that is not required doesn't count: the component must run without it.</summary>
    public static bool AsksForGpu(OdtpNode? section, OdtpFaults faults)
    {
        var asks = false;
        foreach (var (key, value) in OdtpList.Entries(section, "type"))
        {
            if (value is OdtpMapping device)
                asks |= IsGpu(key ?? OdtpList.Text(device.Find("type", "name"))) && IsTrue(device.Find("required") ?? device.Find("gpu"), missing: true);
            else if (key is not null)
                asks |= IsGpu(key) && IsTrue(value, missing: false);
            else if (value is OdtpScalar)
                asks |= IsGpu(OdtpList.Text(value));
            else
                faults.Warn(value, "A device was expected here, like '- type: gpu'; it is ignored.");
            // A list of the old form: - gpu: true
            asks |= key is null && value is OdtpMapping old && old.Find("type") is null && IsTrue(old.Find("gpu"), missing: false);
        }
        return asks;
    }

    private static bool IsGpu(string? type) => type is not null && type.Contains("gpu", StringComparison.OrdinalIgnoreCase);

    private static bool IsTrue(OdtpNode? node, bool missing) => node switch
    {
        null or { IsEmpty: true } => missing,
        OdtpScalar scalar => scalar.AsBoolean ?? !scalar.Text.Equals("false", StringComparison.OrdinalIgnoreCase) && scalar.Text != "0",
        _ => true,
    };
}
