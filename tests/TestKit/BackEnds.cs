namespace Twinrunner.TestKit;

/// <summary>Where tests keep documents and objects that run on both.</summary>
public enum BackEnds
{
    /// <summary>SQLite and files.</summary>
    Embedded,

    /// <summary>MongoDB and S3.</summary>
    Cluster,
}
