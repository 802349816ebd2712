using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Scheduler.Tests.Infra.Terraform.Wire;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Infra.Terraform;

/// <summary>
/// A copy of <c>infra/terraform</c>, with the SQL that it reads, that Terraform may work in. The real program with the real schema of
/// the provider, and without the network.
/// </summary>
internal sealed partial class TerraformFolder : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("scheduler-terraform-");
    private ProviderStandIn? provider;

    private TerraformFolder() { }

    private string Module => Path.Combine(folder.FullName, "infra", "terraform");

    /// <summary>The test is ignored where Terraform is not installed or the provider's schema was not fetched.</summary>
    public static async Task<TerraformFolder> CreateAsync()
    {
        if (GoogleProviderPackage.Find() is not { } package)
        {
            Assert.Ignore("The schema of Terraform's provider is not fetched: npm ci --prefix Scheduler.Tests");
            throw new UnreachableException();
        }
        var copy = new TerraformFolder();
        foreach (var part in (string[])["infra/terraform", "sql/bigquery/migrations"])
        {
            Copy(Path.Combine(Repository.Root, part), Path.Combine(copy.folder.FullName, part));
        }
        if ((await copy.RunAsync("", "version")).ExitCode != 0)
        {
            await copy.DisposeAsync();
            Assert.Ignore("terraform is not installed.");
        }
        copy.provider = await ProviderStandIn.StartAsync(copy.SchemaOf(package));
        return copy;
    }

    /// <summary>Changes a file of the copy.</summary>
    /// <param name="file">From <c>infra/terraform</c> on.</param>
    public void Plant(string file, string before, string after)
    {
        var path = Path.Combine(Module, file);
        var text = File.ReadAllText(path);
        Assert.That(text, Does.Contain(before), $"{file} has changed: plant something else.");
        File.WriteAllText(path, text.Replace(before, after, StringComparison.Ordinal));
    }

    /// <summary>Runs Terraform in a folder of the copy.</summary>
    /// <param name="place">From <c>infra/terraform</c> on.</param>
    /// <returns>Its exit code, and what it said on either output; code 127 where it is not installed.</returns>
    public Task<(int ExitCode, string Said)> RunAsync(string place, params string[] arguments) =>
        RunAsync(place, "", arguments);

    /// <summary>What an expression of the module is, as Terraform's console shows it.</summary>
    public async Task<string> EvaluateAsync(string expression, params string[] variables)
    {
        var (exitCode, said) = await RunAsync(
            "",
            expression,
            ["console", "-no-color", .. variables.Select(variable => $"-var={variable}")]
        );
        Assert.That(exitCode, Is.Zero, said);
        return said.Trim();
    }

    private async Task<(int ExitCode, string Said)> RunAsync(string place, string input, string[] arguments)
    {
        var start = new ProcessStartInfo("terraform", [$"-chdir={Path.Combine(Module, place)}", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["CHECKPOINT_DISABLE"] = "1";
        start.Environment["TF_IN_AUTOMATION"] = "1";
        // An empty file: what this machine's user has set is not for the tests.
        start.Environment["TF_CLI_CONFIG_FILE"] = "/dev/null";
        if (provider is not null)
        {
            start.Environment["TF_REATTACH_PROVIDERS"] = provider.Reattach;
        }
        try
        {
            using var terraform = Process.Start(start)!;
            var error = terraform.StandardError.ReadToEndAsync();
            await terraform.StandardInput.WriteAsync(input);
            terraform.StandardInput.Close();
            var said = await terraform.StandardOutput.ReadToEndAsync();
            await terraform.WaitForExitAsync();
            return (terraform.ExitCode, said + await error);
        }
        catch (Win32Exception)
        {
            return (127, "terraform is not installed.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (provider is not null)
        {
            await provider.DisposeAsync();
        }
        folder.Delete(recursive: true);
    }

    /// <summary>Of the resources that the files name: a thousand others would only take time.</summary>
    private ProviderSchemaResponse SchemaOf(GoogleProviderPackage package)
    {
        var schema = new ProviderSchemaResponse { Provider = package.Provider() };
        var types = Directory
            .EnumerateFiles(Module, "*.tf", SearchOption.AllDirectories)
            .SelectMany(file => Resource().Matches(File.ReadAllText(file)))
            .Select(resource => resource.Groups[1].Value)
            .Distinct();
        foreach (var type in types)
        {
            if (package.Resource(type) is { } own)
            {
                schema.ResourceSchemas.Add(type, own);
            }
        }
        return schema;
    }

    private static void Copy(string from, string to)
    {
        foreach (
            var file in Directory
                .EnumerateFiles(from, "*", SearchOption.AllDirectories)
                .Where(file => !file.Contains("/.terraform", StringComparison.Ordinal))
        )
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    [GeneratedRegex("""^resource "(google_\w+)" """, RegexOptions.Multiline)]
    private static partial Regex Resource();
}
