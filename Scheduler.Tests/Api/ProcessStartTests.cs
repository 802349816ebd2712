using System.Diagnostics;
using NUnit.Framework;
using Scheduler.Api.Commands;
using Scheduler.Api.Settings;

namespace Scheduler.Tests.Api;

/// <summary>The built process, started with settings that it must refuse.</summary>
public sealed class ProcessStartTests
{
    [TestCase("customers")]
    [TestCase("customers purge")]
    [TestCase("reload")]
    public async Task A_word_that_is_no_command_ends_the_process_and_names_those_there_are(string words)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ApiOptions).Assembly.Location, .. words.Split(' ')])
        {
            RedirectStandardError = true,
        };

        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.That((process.ExitCode, error.TrimEnd()), Is.EqualTo((2, CommandLine.Usage)));
    }

    [Test]
    public async Task A_file_that_is_no_database_ends_the_process_likewise()
    {
        var folder = Directory.CreateTempSubdirectory("scheduler-test-");
        var file = Path.Combine(folder.FullName, "notes.txt");
        await File.WriteAllTextAsync(file, new string('x', 4096));

        await A_wrong_setting_ends_the_process_with_one_line_and_code_2(
            "Scheduler__Storage__ConnectionString",
            $"Data Source={file}"
        );

        Assert.That(await File.ReadAllTextAsync(file), Does.StartWith("xxxx"), "it was left as it is");
        folder.Delete(recursive: true);
    }

    [TestCase("ADMIN_KEY", "")]
    [TestCase("ADMIN_KEY", "short")]
    [TestCase("Scheduler__TickSeconds", "soon")]
    [TestCase("Scheduler__Storage__Provider", "BigQuery", "Scheduler__Storage__BigQuery__Project: ")]
    [TestCase("DOTNET_ENVIRONMENT", "Development", "ASPNETCORE_ENVIRONMENT")]
    [TestCase("Logging__LogLevel__Default", "Loud")]
    [TestCase("Scheduler__Datasets__Provider", "Excel", "Scheduler__Datasets__Provider")]
    [TestCase("Scheduler__Datasets__Provider", "BigQuery", "Scheduler__Datasets__Project")]
    public async Task A_wrong_setting_ends_the_process_with_one_line_and_code_2(
        string name,
        string value,
        string? named = null
    )
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ApiOptions).Assembly.Location])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["ADMIN_KEY"] = ApiHost.AdminKey;
        start.Environment["PORT"] = "0";
        start.Environment[name] = value;

        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(process.ExitCode, Is.EqualTo(2));
            Assert.That(error.TrimEnd(), Does.StartWith(named ?? $"{name}: ").And.Not.Contain("\n"));
            Assert.That(output, Is.Empty);
        }
    }
}
