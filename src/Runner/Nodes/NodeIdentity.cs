using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Nodes;

/// <summary>Who this runner is: an id kept in its data folder, so that it knows its own steps again after a restart.</summary>
public sealed record NodeIdentity(Id<Node> Id)
{
    /// <summary>Reads <c>node.id</c> in the data folder, or makes it.</summary>
    public static NodeIdentity Load(string dataFolder, TimeProvider time)
    {
        var file = Path.Combine(dataFolder, "node.id");
        if (File.Exists(file) && Id<Node>.TryParse(File.ReadAllText(file).Trim(), null, out var known))
            return new(known);
        Directory.CreateDirectory(dataFolder);
        var id = Id<Node>.New(time);
        var temporary = file + ".new";
        File.WriteAllText(temporary, id.ToString());
        File.Move(temporary, file, overwrite: true);
        return new(id);
    }
}
