using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using NUnit.Framework;
using Scheduler.Api.Commands;
using Scheduler.Tests.Pipelines;

namespace Scheduler.Tests.Api;

[TestFixture]
internal sealed class TemplatesCommandTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("templates-command-");

    public void Dispose() => folder.Delete(recursive: true);

    [Test]
    public async Task The_templates_that_ship_are_valid_and_each_is_named()
    {
        var (code, output, error) = await RunAsync("templates", "validate", PipelineBench.TemplatesFolder);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((code, error), Is.EqualTo((0, "")));
            Assert.That(output, Does.Contain("valid  GCP/COST/cost_billing 1.0.0\n"));
            Assert.That(
                output.Split('\n', StringSplitOptions.RemoveEmptyEntries),
                Has.Length.EqualTo(Directory.GetFiles(PipelineBench.TemplatesFolder, "*.yaml").Length)
            );
        }
    }

    [Test]
    public async Task Every_fault_of_every_file_is_a_line_with_file_line_and_key()
    {
        foreach (var file in new[] { "openai.cost.cost_billing.yaml", "claude.cost.cost_billing.yaml" })
        {
            var text = await File.ReadAllTextAsync(Path.Combine(PipelineBench.TemplatesFolder, file));
            await File.WriteAllTextAsync(
                Path.Combine(folder.FullName, file),
                text.Replace("as: decimal", "as: money", StringComparison.Ordinal)
                    .Replace("run: 15m", "run: soon", StringComparison.Ordinal)
            );
        }

        var (code, output, error) = await RunAsync("templates", "validate", folder.FullName);

        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((code, output), Is.EqualTo((1, "")));
            Assert.That(
                lines,
                Has.Some.Matches("openai.cost.cost_billing.yaml:[0-9]+: timeouts.run: must be a length")
            );
            Assert.That(
                lines,
                Has.Some.Matches("claude.cost.cost_billing.yaml:[0-9]+: .*columns.billed_cost.as: must be one of")
            );
        }
    }

    [TestCase("templates")]
    [TestCase("templates", "validate")]
    [TestCase("templates", "check", "x")]
    [TestCase("templates", "validate", "a", "b")]
    public async Task A_command_that_is_not_understood_is_told_how_it_is_written(params string[] args)
    {
        var (code, _, error) = await RunAsync(args);

        Assert.That((code, error), Is.EqualTo((2, "Usage: templates validate <folder>\n")));
    }

    [Test]
    public async Task A_folder_without_templates_is_a_fault()
    {
        var (code, _, error) = await RunAsync("templates", "validate", folder.FullName);

        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("is not a folder with *.yaml files"));
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        Assert.That(TemplatesCommand.IsAsked(args), Is.True);
        var code = await TemplatesCommand.RunAsync(
            args,
            new ConfigurationBuilder().Build(),
            new HostingEnvironment { EnvironmentName = Environments.Production },
            output,
            error
        );
        return (code, output.ToString(), error.ToString());
    }
}
