using NUnit.Framework;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Dashboard;

/// <summary>Files of others that the API serves are what their makers published.</summary>
[TestFixture]
internal sealed class AssetTests
{
    [TestCase("idiomorph-0.8.0.min.js", "idiomorph/dist/idiomorph.min.js")]
    [TestCase("idiomorph-0.8.0.LICENSE.txt", "idiomorph/LICENSE")]
    public void A_copy_is_the_file_of_the_package(string copy, string published)
    {
        var original = Path.Combine(Repository.Root, "Scheduler.Tests/node_modules", published);
        if (!File.Exists(original))
        {
            const string Why = "npm packages are not fetched: npm ci --prefix Scheduler.Tests --ignore-scripts";
            if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
            {
                Assert.Fail(Why);
            }
            Assert.Ignore(Why);
        }

        Assert.That(
            File.ReadAllBytes(Path.Combine(Repository.Root, "Scheduler.Api/Dashboard/Assets/lib", copy)),
            Is.EqualTo(File.ReadAllBytes(original))
        );
    }
}
