namespace Twinrunner.Registry.Odtp;

/// <summary>Something odd or wrong in an odtp.yml.</summary>
/// <param name="Line">From 1; 0: the file as a whole.</param>
/// <param name="IsError">Nothing can be run from this file. Everything else is a warning: the odd part was read as well as could be.</param>
public sealed record OdtpFault(int Line, int Column, string Message, bool IsError = false)
{
    public override string ToString() => Line > 0 ? $"odtp.yml line {Line}: {Message}" : $"odtp.yml: {Message}";
}

/// <summary>Collects faults while a file is read, so that a hostile file can't make an endless list of them.</summary>
internal sealed class OdtpFaults
{
    private const int Kept = 50;

    private readonly List<OdtpFault> _faults = [];
    private int _more;

    public bool HasError => _faults.Exists(fault => fault.IsError);

    public void Warn(OdtpNode at, string message) => Add(new(at.Line, at.Column, message));

    public void Warn(string message) => Add(new(0, 0, message));

    public void Error(int line, int column, string message) => Add(new(line, column, message, IsError: true));

    public IReadOnlyList<OdtpFault> ToList()
    {
        List<OdtpFault> sorted = [.. _faults.OrderBy(fault => fault.Line).ThenBy(fault => fault.Column)];
        if (_more > 0)
            sorted.Add(new(0, 0, $"{_more} further warnings are not listed."));
        return sorted;
    }

    private void Add(OdtpFault fault)
    {
        if (_faults.Count < Kept || fault.IsError)
            _faults.Add(fault);
        else
            _more++;
    }
}
