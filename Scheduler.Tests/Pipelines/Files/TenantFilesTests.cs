using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using NUnit.Framework;
using Scheduler.Core.Pipelines.Files;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.Pipelines.Files;

public sealed class TenantFilesTests : IDisposable
{
    private const string Customer = "acme_corp";
    private readonly string folder = Directory.CreateTempSubdirectory("files-test-").FullName;
    private readonly string root;
    private readonly string own;

    public TenantFilesTests()
    {
        root = Path.Combine(folder, "root");
        own = Directory.CreateDirectory(Path.Combine(root, Customer)).FullName;
        Directory.CreateDirectory(Path.Combine(root, "other_co"));
        File.WriteAllText(Path.Combine(root, "other_co", "costs.csv"), "theirs");
        File.WriteAllText(Path.Combine(folder, "outside.csv"), "outside");
        File.WriteAllText(Path.Combine(own, "costs.csv"), "mine");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private TenantFiles Files(string? at = null, long maxBytes = 100) =>
        new(Options.Create(new FilesOptions { Root = at ?? root, MaxBytes = maxBytes }));

    [TestCase("costs.csv")]
    [TestCase("deep/er/costs.csv")]
    public void A_regular_file_in_the_customers_folder_opens(string path)
    {
        Directory.CreateDirectory(Path.Combine(own, "deep", "er"));
        File.WriteAllText(Path.Combine(own, "deep", "er", "costs.csv"), "mine");

        Assert.That(Read(Files().Open(Customer, path)), Is.EqualTo("mine"));
    }

    [Test]
    [Platform("Linux")]
    public void A_link_that_stays_inside_opens_and_so_does_a_root_that_is_a_link()
    {
        File.CreateSymbolicLink(Path.Combine(own, "link.csv"), Path.Combine(own, "costs.csv"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "root-link"), root);

        Assert.That(Read(Files().Open(Customer, "link.csv")), Is.EqualTo("mine"));
        Assert.That(Read(Files(Path.Combine(folder, "root-link")).Open(Customer, "costs.csv")), Is.EqualTo("mine"));
    }

    [TestCase("../outside.csv")]
    [TestCase("../../outside.csv")]
    [TestCase("../other_co/costs.csv")]
    [TestCase("/dev/zero")]
    [TestCase("https://example.com/costs.csv")]
    public void A_path_that_leaves_the_folder_is_refused(string path) =>
        Assert.That(Refused(Files().Open(Customer, path)).ErrorType, Is.EqualTo(ErrorType.InvalidConfiguration));

    [Test]
    [Platform("Linux")]
    public void A_link_that_leads_outside_is_refused_however_it_gets_there()
    {
        File.CreateSymbolicLink(Path.Combine(own, "outside"), Path.Combine(folder, "outside.csv"));
        File.CreateSymbolicLink(Path.Combine(own, "relative"), "../../outside.csv");
        File.CreateSymbolicLink(Path.Combine(own, "theirs"), Path.Combine(root, "other_co", "costs.csv"));
        Directory.CreateSymbolicLink(Path.Combine(own, "folder"), Path.Combine(root, "other_co"));
        File.CreateSymbolicLink(Path.Combine(own, "chain2"), Path.Combine(own, "outside"));
        File.CreateSymbolicLink(Path.Combine(own, "chain"), Path.Combine(own, "chain2"));
        File.CreateSymbolicLink(Path.Combine(own, "zero"), "/dev/zero");
        File.CreateSymbolicLink(Path.Combine(own, "self"), "/proc/self/environ");
        File.CreateSymbolicLink(Path.Combine(own, "loop"), Path.Combine(own, "loop"));

        using (Assert.EnterMultipleScope())
        {
            foreach (
                var path in new[]
                {
                    "outside",
                    "relative",
                    "theirs",
                    "folder/costs.csv",
                    "chain",
                    "zero",
                    "self",
                    "loop",
                }
            )
            {
                var refused = Refused(Files().Open(Customer, path));
                Assert.That(refused.ErrorType, Is.EqualTo(ErrorType.InvalidConfiguration), path);
                Assert.That(refused.Message, Does.Not.Contain(folder));
            }
        }
    }

    [Test]
    [Platform("Linux")]
    public void A_customers_folder_that_is_a_link_to_anothers_is_refused()
    {
        Directory.CreateSymbolicLink(Path.Combine(root, "third_co"), Path.Combine(root, "other_co"));

        Assert.That(
            Refused(Files().Open("third_co", "costs.csv")).ErrorType,
            Is.EqualTo(ErrorType.InvalidConfiguration)
        );
    }

    [Test]
    [Platform("Linux")]
    [CancelAfter(20_000)]
    public void Folders_pipes_and_sockets_are_refused_without_waiting_for_them()
    {
        Directory.CreateDirectory(Path.Combine(own, "folder.csv"));
        using var mkfifo = Process.Start("mkfifo", [Path.Combine(own, "pipe.csv")]);
        mkfifo.WaitForExit();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(own, "s.csv")));

        using (Assert.EnterMultipleScope())
        {
            foreach (var path in new[] { "folder.csv", "pipe.csv", "s.csv" })
            {
                Assert.That(
                    Refused(Files().Open(Customer, path)).ErrorType,
                    Is.EqualTo(ErrorType.InvalidConfiguration),
                    path
                );
            }
        }
    }

    [Test]
    public void A_missing_file_is_not_found()
    {
        Assert.That(Refused(Files().Open(Customer, "no.csv")).ErrorType, Is.EqualTo(ErrorType.ResourceNotFound));
        Assert.That(Refused(Files().Open("new_co", "no.csv")).ErrorType, Is.EqualTo(ErrorType.ResourceNotFound));
    }

    [Test]
    public void A_file_may_have_exactly_the_largest_size()
    {
        Assert.That(Read(Files(maxBytes: 4).Open(Customer, "costs.csv")), Is.EqualTo("mine"));
        Assert.That(Refused(Files(maxBytes: 3).Open(Customer, "costs.csv")).Message, Does.Contain("at most 3"));
    }

    [Test]
    [Platform("Linux")]
    public void A_second_name_of_another_customers_file_is_refused()
    {
        using var link = System.Diagnostics.Process.Start(
            "ln",
            [Path.Combine(root, "other_co", "costs.csv"), Path.Combine(root, Customer, "hard.csv")]
        )!;
        link.WaitForExit();
        Assert.That(link.ExitCode, Is.Zero);

        Assert.That(Refused(Files().Open(Customer, "hard.csv")).Message, Does.Contain("not a regular file"));
    }

    [TestCase("..")]
    [TestCase("acme/../other_co")]
    [TestCase("")]
    public void A_customer_id_that_is_none_opens_nothing(string customer) =>
        Assert.That(Refused(Files().Open(customer, "costs.csv")).ErrorType, Is.EqualTo(ErrorType.InvalidConfiguration));

    [Test]
    public void Without_a_root_nothing_opens() =>
        Assert.That(Refused(Files("").Open(Customer, "costs.csv")).Message, Does.Contain("Scheduler__Files__Root"));

    private static FileOpening.Refused Refused(FileOpening opening)
    {
        Assert.That(opening, Is.TypeOf<FileOpening.Refused>());
        return (FileOpening.Refused)opening;
    }

    private static string Read(FileOpening opening)
    {
        Assert.That(opening, Is.TypeOf<FileOpening.Opened>(), (opening as FileOpening.Refused)?.Message);
        using var reader = new StreamReader(((FileOpening.Opened)opening).Stream);
        return reader.ReadToEnd();
    }
}
