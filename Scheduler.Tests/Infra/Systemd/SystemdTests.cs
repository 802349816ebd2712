using System.Diagnostics;
using NUnit.Framework;

namespace Scheduler.Tests.Infra.Systemd;

/// <summary>The units for a plain Linux host, judged by systemd itself.</summary>
[Platform("Linux")]
public sealed class SystemdTests
{
    [TestCase("scheduler-api.service", "", "")]
    [TestCase("scheduler-worker@.service", "", "")]
    [TestCase("scheduler-api.service", "ProtectSystem=strict", "ProtectSystem=entirely")]
    [TestCase("scheduler-api.service", "Restart=on-failure", "Restarts=on-failure")]
    public async Task Systemd_knows_every_line(string unit, string before, string after)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Unit.Folder, unit));
        var place = Directory.CreateTempSubdirectory("scheduler-units-");
        try
        {
            // The program is not installed here; everything else is as it stands.
            var program = text.Split('\n').Single(line => line.StartsWith("ExecStart=", StringComparison.Ordinal))[
                10..
            ];
            text = text.Replace(program, "/bin/true", StringComparison.Ordinal);
            if (before.Length > 0)
            {
                Assert.That(text, Does.Contain(before), $"{unit} has changed: plant something else.");
                text = text.Replace(before, after, StringComparison.Ordinal);
            }
            var file = Path.Combine(place.FullName, unit.Replace("@.", "@1.", StringComparison.Ordinal));
            await File.WriteAllTextAsync(file, text);

            var complaints = await VerifyAsync(file);

            Assert.That(complaints, before.Length > 0 ? Is.Not.Empty : Is.Empty);
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    private static async Task<string[]> VerifyAsync(string file)
    {
        var start = new ProcessStartInfo("systemd-analyze", ["verify", "--man=no", file])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        Process verify;
        try
        {
            verify = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("systemd-analyze is not installed.");
            return [];
        }
        using (verify)
        {
            var said = verify.StandardOutput.ReadToEndAsync();
            var complaints = await verify.StandardError.ReadToEndAsync();
            await said;
            await verify.WaitForExitAsync();
            // Of the units of this very host it says what it likes.
            var name = Path.GetFileName(file);
            return [.. complaints.Split('\n').Where(line => line.Contains(name, StringComparison.Ordinal))];
        }
    }
}
