using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Database.Sqlite;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit;

namespace Twinrunner.Storage.Tests.Documents;

/// <summary>Documents as ODTP 0.5 and earlier wrote them: read, changed and stored again without harm.</summary>
public sealed class OdtpDocumentTests
{
    private const string Id1 = "65a1b2c3d4e5f60718293a01", Id2 = "65a1b2c3d4e5f60718293a02", Id3 = "65a1b2c3d4e5f60718293a03";

    private const string User = $$$"""
        {"_id":{"$oid":"{{{Id1}}}"},"displayName":"Ada","email":"ada@example.org","github":"ada","created_at":{"$date":"2024-05-01T08:00:00.123Z"},
         "updated_at":{"$date":{"$numberLong":"1714550400123"}},"deprecated":false,"digitalTwins":[{"$oid":"{{{Id2}}}"}]}
        """;

    private const string Component = $$$"""
        {"_id":{"$oid":"{{{Id1}}}"},"author":null,"componentName":"odtp-eqasim","repoLink":"https://github.com/odtp-org/odtp-eqasim","status":"active",
         "title":"old","created_at":{"$date":"2024-05-01T08:00:00Z"},"updated_at":{"$date":"2024-05-01T08:00:00Z"},"versions":[{"$oid":"{{{Id2}}}"}]}
        """;

    private const string Version = $$$"""
        {"_id":{"$oid":"{{{Id2}}}"},"componentId":{"$oid":"{{{Id1}}}"},
         "component":{"componentId":{"$oid":"{{{Id1}}}"},"componentName":"odtp-eqasim","repoLink":"https://github.com/odtp-org/odtp-eqasim","type":"ephemeral"},
         "odtp_version":"v0.5.0","deprecated":false,"component_version":"v0.4.7","commitHash":"0123456789abcdef0123456789abcdef01234567","imageLink":null,
         "parameters":[{"name":"SCENARIO","default-value":null,"datatype":"str"}],"description":null,"type":"ephemeral","tags":["mobility"],"tools":null,"license":"AGPL-3.0",
         "ports":[{"name":"web","description":"x","port-value":8501}],"secrets":[],"devices":null,"created_at":{"$date":"2024-05-01T08:00:00Z"},
         "updated_at":{"$date":"2024-05-01T08:00:00Z"},"data-inputs":[{"name":"a","type":".csv"}],"data-outputs":null,"build-args":null}
        """;

    private const string DigitalTwin = $$$"""
        {"_id":{"$oid":"{{{Id2}}}"},"name":"zurich","status":"active","public":true,"created_at":{"$date":"2024-05-01T08:00:00Z"},
         "updated_at":{"$date":"2024-05-01T08:00:00Z"},"executions":[{"$oid":"{{{Id3}}}"}],"deprecated":false,"userRef":"{{{Id1}}}"}
        """;

    private const string Workflow = $$$"""
        {"_id":{"$oid":"{{{Id3}}}"},"name":"odtp-eqasim:v0.4.7","versions":["{{{Id2}}}","{{{Id1}}}"],"created_at":{"$date":"2024-05-01T08:00:00Z"},
         "updated_at":{"$date":"2024-05-01T08:00:00Z"},"deprecated":false}
        """;

    public static TheoryData<string, string, JsonTypeInfo> Documents { get; } = new()
    {
        { "users", User, DocumentJson.Default.User },
        { "components", Component, DocumentJson.Default.Component },
        { "versions", Version, DocumentJson.Default.ComponentVersion },
        { "digitalTwins", DigitalTwin, DocumentJson.Default.DigitalTwin },
        { "workflows", Workflow, DocumentJson.Default.Workflow },
    };

    private static readonly JsonSerializerOptions DateOptions = new() { Converters = { new DateJsonConverter() } };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Documents), DisableDiscoveryEnumeration = true)]
    public void No_field_is_lost_or_changes_its_meaning(string collection, string odtp, JsonTypeInfo type)
    {
        var before = JsonElement.Parse(odtp);

        var after = JsonSerializer.SerializeToElement(JsonSerializer.Deserialize(odtp, type), type);

        foreach (var field in before.EnumerateObject())
            Assert.True(after.TryGetProperty(field.Name, out var kept) && MeansSame(field.Value, kept), $"{collection}.{field.Name}: {field.Value} became {after}");
    }

    [Theory]
    [MemberData(nameof(Documents), DisableDiscoveryEnumeration = true)]
    public void No_value_that_may_not_be_null_is_null_where_ODTP_has_no_such_field(string collection, string odtp, JsonTypeInfo type)
    {
        var document = JsonSerializer.Deserialize(odtp, type)!;
        var nullability = new System.Reflection.NullabilityInfoContext();

        foreach (var property in document.GetType().GetProperties().Where(property => property.GetIndexParameters().Length == 0))
        {
            if (nullability.Create(property).ReadState == System.Reflection.NullabilityState.NotNull)
                Assert.True(property.GetValue(document) is not null, $"{collection}: {property.Name} is null");
        }
    }

    [Fact]
    public async Task A_change_of_an_ODTP_document_keeps_what_we_do_not_know()
    {
        using var folder = new TestFolder();
        await using var database = SqliteDatabase.Open(folder["test.db"]);
        await database.Collection("users").TryInsertAsync([new(ObjectId.Parse(Id1), Encoding.UTF8.GetBytes(User))], Token);
        var users = new DocumentCollection<User>(database, "users", DocumentJson.Default.User);

        await users.UpdateAsync(Id<User>.Parse(Id1), user => user with { Email = "new@example.org" }, Token);

        var stored = JsonElement.Parse((await database.Collection("users").GetAsync(ObjectId.Parse(Id1), Token))!.Json.Span);
        Assert.Equal("new@example.org", stored.GetProperty("email").GetString());
        Assert.Equal(Id2, stored.GetProperty("digitalTwins")[0].GetProperty("$oid").GetString());
    }

    [Fact]
    public async Task A_reference_is_found_whichever_way_ODTP_spelled_it()
    {
        using var folder = new TestFolder();
        await using var database = SqliteDatabase.Open(folder["test.db"]);
        await database.Collection("digitalTwins").TryInsertAsync([new(ObjectId.Parse(Id2), Encoding.UTF8.GetBytes(DigitalTwin))], Token);
        var twins = new Twinrunner.Storage.Stores.DigitalTwinStore(database);
        await twins.EnsureIndexesAsync(Token);

        var found = await twins.FindByUserAsync(Id<User>.Parse(Id1), null, 10, Token);

        Assert.Equal("zurich", Assert.Single(found).Name);
        Assert.Equal(Id<User>.Parse(Id1), found[0].UserRef);
    }

    [Fact]
    public void Every_default_of_a_document_survives_JSON_without_the_field()
    {
        var spec = JsonSerializer.Deserialize("""{"kind":"Container","source":"a"}""", DocumentJson.Default.StepSpec)!;

        Assert.Equal(new StepSpec { Kind = StepKind.Container, Source = "a" }.Network, spec.Network);
        Assert.NotNull(spec.Environment);
        Assert.NotNull(spec.Inputs);
        Assert.NotNull(spec.Resources);
        Assert.NotNull(spec.Timeouts);
        Assert.NotNull(spec.Retry);
    }

    /// <summary>Ids in both spellings are the same, and so are times in all of theirs.</summary>
    private static bool MeansSame(JsonElement before, JsonElement after)
    {
        if (JsonElement.DeepEquals(before, after) || IdOf(before) is { } id && id == IdOf(after))
            return true;
        return DateOf(before) is { } date && date == DateOf(after);
    }

    private static string? IdOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Object when value.TryGetProperty("$oid", out var id) => id.GetString(),
        _ => null,
    };

    private static DateTimeOffset? DateOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty("$date", out _)
            ? JsonSerializer.Deserialize<DateTimeOffset>(value, DateOptions)
            : null;
}
