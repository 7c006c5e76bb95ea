using Twinrunner.Client;

namespace Twinrunner.Cli.Following;

/// <summary>Who is shown an execution while it is followed. Calls come from several flows at once.</summary>
internal interface IExecutionView
{
    void Line(string stepId, string stepName, LogLineView line);

    void Show(EventView change)
    {
    }

    /// <summary>A second has passed.</summary>
    void Refresh()
    {
    }

    /// <summary>Nothing more comes.</summary>
    void Close()
    {
    }
}

/// <summary>Shows nothing: for those who only wait.</summary>
internal sealed class QuietView : IExecutionView
{
    public void Line(string stepId, string stepName, LogLineView line)
    {
    }
}
