using System.Text.Json;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Tests.Pipelines.Templates;

public sealed class ParameterCheckTests
{
    private static readonly PipelineTemplate Template = new()
    {
        Provider = "X",
        Domain = "COST",
        Name = "x",
        Version = "1.0.0",
        Credential = "none",
        RunTimeout = Duration.FromMinutes(1),
        CallTimeout = Duration.FromMinutes(1),
        Steps = [],
        Parameters =
        [
            .. Enum.GetValues<ParameterKind>()
                .Select(kind => new TemplateParameter
                {
                    Name = kind.ToString(),
                    Kind = kind,
                    Min = 1,
                    Max = 9,
                    MaxLength = 5,
                    Values = ["one", "two"],
                    Required = kind == ParameterKind.Int,
                    Default = kind == ParameterKind.Bool ? true : null,
                }),
        ],
    };

    [TestCase("Int", "9")]
    [TestCase("Decimal", "1.5")]
    [TestCase("String", "\"a b\"")]
    [TestCase("Bool", "false")]
    [TestCase("Enum", "\"TWO\"")]
    [TestCase("Date", "\"2026-01-31\"")]
    [TestCase("Path", "\"a/b.csv\"")]
    [TestCase("Url", "\"https://exports.example.com/costs.csv?sig=x\"")]
    [TestCase("Identifier", "\"_a1\"")]
    [TestCase("GcpProject", "\"my-project\"")]
    [TestCase("BigqueryTable", "\"my-project.set.table_1\"")]
    [TestCase("String", "null")]
    public void A_value_of_the_right_kind_passes(string name, string json) =>
        Assert.That(Check($$"""{"Int":1,"{{name}}":{{json}}}"""), Is.Empty);

    [TestCase("Int", "10")]
    [TestCase("Int", "1.5")]
    [TestCase("Int", "\"1\"")]
    [TestCase("Int", "1e1000")]
    [TestCase("Decimal", "0.99")]
    [TestCase("Decimal", "true")]
    [TestCase("String", "\"\"")]
    [TestCase("String", "\"toolong\"")]
    [TestCase("String", "\"a\\nb\"")]
    [TestCase("String", "[]")]
    [TestCase("Bool", "\"true\"")]
    [TestCase("Bool", "1")]
    [TestCase("Enum", "\"three\"")]
    [TestCase("Date", "\"2026-02-30\"")]
    [TestCase("Path", "\"../x\"")]
    [TestCase("Url", "\"ftp://exports.example.com/costs.csv\"")]
    [TestCase("Url", "\"https://user@exports.example.com/costs.csv\"")]
    [TestCase("Identifier", "\"a; drop table x\"")]
    [TestCase("Identifier", "\"1a\"")]
    [TestCase("GcpProject", "\"Project\"")]
    [TestCase("BigqueryTable", "\"my-project.set.table`\"")]
    [TestCase("BigqueryTable", "\"set.table\"")]
    public void Any_other_value_is_an_error_of_its_field(string name, string json) =>
        Assert.That(Check($$"""{"Int":1,"{{name}}":{{json}}}""").Select(error => error.Field), Is.EqualTo([name]));

    [Test]
    public void A_missing_required_and_an_unknown_parameter_are_named()
    {
        var errors = Check("""{"intt":1}""");

        Assert.That(errors.Select(error => error.Field), Is.EqualTo(["Int", "intt"]));
        Assert.That(
            ParameterCheck.Check(Template, null).Single(),
            Is.EqualTo(new ParameterError("Int", "is required"))
        );
    }

    [TestCase("{}", "Path", "or Url is required")]
    [TestCase("""{"Path":null}""", "Path", "or Url is required")]
    [TestCase("""{"Path":"a.csv","Url":"https://a.example/"}""", "Url", "cannot be set together with Path")]
    [TestCase("""{"Path":"../a.csv"}""", "Path", "must be a relative path")]
    public void Of_alternatives_exactly_one_must_be_set(string json, string field, string message)
    {
        var template = Template with
        {
            Parameters = [.. Template.Parameters.Where(parameter => !parameter.Required)],
            ExactlyOneOf = ["Path", "Url"],
        };

        var error = ParameterCheck.Check(template, JsonDocument.Parse(json).RootElement).Single();

        Assert.That((error.Field, error.Message), Is.EqualTo((field, error.Message)));
        Assert.That(error.Message, Does.StartWith(message));
    }

    [Test]
    public void Values_are_kept_and_shown_without_the_query_of_a_url()
    {
        const string json = """{"Int":1,"Url":"https://a.example/costs.csv?sig=canary"}""";

        ParameterCheck.Resolve(Template, JsonDocument.Parse(json).RootElement, out var values);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(values.ToJson(), Does.Contain("https://a.example/costs.csv").And.Not.Contains("canary"));
            Assert.That(values.Name("Url"), Is.EqualTo("https://a.example/costs.csv"));
            Assert.That(values.Url("Url")!.Address.Query, Is.EqualTo("?sig=canary"));
        }
    }

    [Test]
    public void Defaults_fill_what_is_unset()
    {
        ParameterCheck.Resolve(Template, JsonDocument.Parse("""{"Int":2}""").RootElement, out var values);

        Assert.That(
            (values.Integer("Int"), values.Flag("Bool"), values.Text("String")),
            Is.EqualTo((2L, true, (string?)null))
        );
    }

    private static IReadOnlyList<ParameterError> Check(string json) =>
        ParameterCheck.Check(Template, JsonDocument.Parse(json).RootElement);
}
