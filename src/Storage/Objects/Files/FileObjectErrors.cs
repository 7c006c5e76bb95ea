namespace Twinrunner.Storage.Objects.Files;

internal static class FileObjectErrors
{
    private const int NoSpaceLinux = 28, QuotaLinux = 122, NoSpaceWindows = unchecked((int)0x80070070);

    public static ObjectStoreException Translate(string folder, Exception exception) => new(
        exception switch
        {
            { HResult: NoSpaceLinux or QuotaLinux or NoSpaceWindows } =>
                $"The disk with the object store '{folder}' is full. Free some space; nothing that was acknowledged is lost.",
            UnauthorizedAccessException =>
                $"The object store '{folder}' refused: {exception.Message} Check who owns the folder.",
            _ => $"The object store '{folder}' failed: {exception.Message}",
        },
        exception);
}
