using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Scheduler.Core.Net;

namespace Scheduler.Tests.Net;

/// <summary>The list of hosts admits everything here: only the checks of the addresses stand in the way.</summary>
public sealed class GuardedHttpTests
{
    private readonly ScriptedResolver resolver = new();
    private readonly CountingDialer dialer = new();
    private readonly FakeTimeProvider time = new();

    private HttpClient Client(bool isPrivate = false) =>
        new GuardedHttp(resolver, dialer, time).CreateClient(url => new AllowedHost(url.IdnHost, url.Port, isPrivate));

    // Decimal, octal, hexadecimal, short and look-alike forms of 127.0.0.1 and 169.254.169.254, as a client may pass them.
    [TestCase("https://127.0.0.1/")]
    [TestCase("https://127.1/")]
    [TestCase("https://127.0.1/")]
    [TestCase("https://2130706433/")]
    [TestCase("https://017700000001/")]
    [TestCase("https://0177.0.0.1/")]
    [TestCase("https://0177.0.0.01/")]
    [TestCase("https://0x7f000001/")]
    [TestCase("https://0x7f.0x0.0x0.0x1/")]
    [TestCase("https://0X7F.1/")]
    [TestCase("https://127.0.0.1./")]
    [TestCase("https://127.0.0.1:443/")]
    [TestCase("https://127.0.0.1:22/")]
    [TestCase("https://user:password@127.0.0.1/")]
    [TestCase("https://exports.example.com@127.0.0.1/")]
    [TestCase("HTTPS://127.0.0.1/")]
    [TestCase("https://１２７.0.0.1/")]
    [TestCase("https://127。0。0。1/")]
    [TestCase("https://127.255.255.254/")]
    [TestCase("https://169.254.169.254/latest/meta-data/")]
    [TestCase("https://2852039166/")]
    [TestCase("https://0xA9FEA9FE/")]
    [TestCase("https://0251.0376.0251.0376/")]
    [TestCase("https://0xa9.254.0xa9.254/")]
    [TestCase("https://0/")]
    [TestCase("https://0.0.0.0/")]
    [TestCase("https://10.0.0.1/")]
    [TestCase("https://172.16.0.1/")]
    [TestCase("https://192.168.0.1/")]
    [TestCase("https://100.64.0.1/")]
    [TestCase("https://198.18.0.1/")]
    [TestCase("https://203.0.113.1/")]
    [TestCase("https://224.0.0.1/")]
    [TestCase("https://255.255.255.255/")]
    [TestCase("https://[::]/")]
    [TestCase("https://[::1]/")]
    [TestCase("https://[0:0:0:0:0:0:0:1]/")]
    [TestCase("https://[::127.0.0.1]/")]
    [TestCase("https://[::ffff:127.0.0.1]/")]
    [TestCase("https://[::FFFF:7f00:1]/")]
    [TestCase("https://[::ffff:0:127.0.0.1]/")]
    [TestCase("https://[::ffff:169.254.169.254]/")]
    [TestCase("https://[64:ff9b::7f00:1]/")]
    [TestCase("https://[64:ff9b::169.254.169.254]/")]
    [TestCase("https://[64:ff9b:1::1]/")]
    [TestCase("https://[2002:7f00:1::]/")]
    [TestCase("https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/")]
    [TestCase("https://[fc00::1]/")]
    [TestCase("https://[fd00:ec2::254]/")]
    [TestCase("https://[fe80::1]/")]
    [TestCase("https://[fe80::1%251]/")]
    [TestCase("https://[fec0::1]/")]
    [TestCase("https://[ff02::1]/")]
    [TestCase("https://[2001:db8::1]/")]
    [TestCase("http://127.0.0.1/")]
    [TestCase("http://[::1]:8080/")]
    public void No_form_of_a_blocked_address_is_connected_to(string url)
    {
        resolver.Otherwise = [IPAddress.Loopback];

        Assert.That(async () => await GetAsync(url), Throws.Exception);

        Assert.That(dialer.Dialed, Is.Empty);
    }

    [TestCase("https://localhost/", "127.0.0.1")]
    [TestCase("https://LOCALHOST./", "::1")]
    [TestCase("https://127-0-0-1.nip.example/", "127.0.0.1")]
    [TestCase("https://metadata.google.internal/", "169.254.169.254")]
    [TestCase("https://bücher.example/", "10.0.0.1")]
    [TestCase("https://xn--bcher-kva.example/", "fd12::1")]
    [TestCase("https://ＥＸＡＭＰＬＥ.example/", "::ffff:10.0.0.1")]
    [TestCase("https://exports.example.com:8443/", "100.64.0.1")]
    [TestCase("https://mixed.example/", "8.8.8.8,127.0.0.1")]
    [TestCase("https://mixed.example/", "127.0.0.1,8.8.8.8")]
    [TestCase("https://mixed.example/", "2606:4700::1111,fe80::1")]
    public void No_name_of_a_blocked_address_is_connected_to(string url, string addresses)
    {
        resolver.Otherwise = [.. addresses.Split(',').Select(IPAddress.Parse)];

        var blocked = Blocked(url);

        Assert.That(blocked, Is.Not.Null);
        Assert.That(blocked!.Message, Does.Not.Contain(addresses.Split(',')[0]));
        Assert.That(dialer.Dialed, Is.Empty);
    }

    [Test]
    public void A_name_that_changes_its_address_is_asked_once_a_connection_and_checked_every_time()
    {
        resolver.Answers.Enqueue([IPAddress.Parse("8.8.8.8")]);
        resolver.Otherwise = [IPAddress.Loopback];
        using var client = Client();

        Assert.That(async () => await client.GetAsync("https://rebind.example/"), Throws.Exception);
        Assert.That((resolver.Asked, dialer.Dialed), Is.EqualTo((1, new[] { "8.8.8.8:443" })));

        Assert.That(async () => await client.GetAsync("https://rebind.example/"), Throws.Exception);
        Assert.That((resolver.Asked, dialer.Dialed), Is.EqualTo((2, new[] { "8.8.8.8:443" })));
    }

    [Test]
    public async Task A_connection_is_not_kept_for_a_request_that_was_not_checked()
    {
        dialer.Reply = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        resolver.Answers.Enqueue([IPAddress.Parse("8.8.8.8")]);
        resolver.Otherwise = [IPAddress.Parse("169.254.169.254")];
        using var client = Client(isPrivate: true);

        using var first = await client.GetAsync("http://rebind.example/");

        Assert.That(first.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(async () => await client.GetAsync("http://rebind.example/"), Throws.Exception);
        Assert.That(dialer.Dialed, Is.EqualTo(["8.8.8.8:80"]));
    }

    [TestCase("https://exports.example.com/")]
    [TestCase("https://127.0.0.1/")]
    [TestCase("http://169.254.169.254/latest/meta-data/")]
    [TestCase("//other.example/")]
    [TestCase("/elsewhere")]
    public async Task A_redirect_is_handed_back_and_not_followed(string location)
    {
        dialer.Reply = $"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n";
        resolver.Otherwise = [IPAddress.Parse("8.8.8.8")];
        using var client = Client(isPrivate: true);

        using var answer = await client.GetAsync("http://exports.example.com/");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Found));
        Assert.That(dialer.Dialed, Has.Count.EqualTo(1));
    }

    [Test]
    public void Every_address_of_a_name_is_tried_in_turn()
    {
        resolver.Otherwise = [IPAddress.Parse("2606:4700::1111"), IPAddress.Parse("8.8.8.8")];

        Assert.That(async () => await GetAsync("https://exports.example.com/"), Throws.Exception);

        Assert.That(dialer.Dialed, Is.EqualTo(["[2606:4700::1111]:443", "8.8.8.8:443"]));
    }

    [Test]
    public async Task An_address_that_never_answers_gives_way_to_the_next_and_all_together_have_a_limit()
    {
        dialer.Hangs = true;
        resolver.Otherwise = [IPAddress.Parse("8.8.8.8"), IPAddress.Parse("1.1.1.1")];
        using var client = Client();

        var call = client.GetAsync("https://exports.example.com/");
        await dialer.NextAsync();
        time.Advance(GuardedHttp.ConnectWithin / 2);
        await dialer.NextAsync();
        time.Advance(GuardedHttp.ConnectWithin / 2);

        Assert.That(async () => await call, Throws.InnerException.TypeOf<TimeoutException>());
        Assert.That(dialer.Dialed, Is.EqualTo(["8.8.8.8:443", "1.1.1.1:443"]));
    }

    [Test]
    public void A_host_that_is_not_listed_is_not_even_resolved()
    {
        using var client = new GuardedHttp(resolver, dialer, time).CreateClient(_ => null);

        Assert.That(
            async () => await client.GetAsync("https://exports.example.com/x?sig=canary"),
            Throws.TypeOf<BlockedDestinationException>().With.Message.Not.Contains("canary")
        );
        Assert.That((resolver.Asked, dialer.Dialed.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public void A_private_entry_reaches_internal_addresses_but_never_metadata()
    {
        resolver.Answers.Enqueue([IPAddress.Parse("10.0.0.5")]);
        resolver.Otherwise = [IPAddress.Parse("169.254.169.254")];
        using var client = Client(isPrivate: true);

        Assert.That(async () => await client.GetAsync("http://exports.internal/"), Throws.Exception);
        Assert.That(async () => await client.GetAsync("http://exports.internal/"), Throws.Exception);

        Assert.That(dialer.Dialed, Is.EqualTo(["10.0.0.5:80"]));
    }

    [TestCase("localhost")]
    [TestCase("127.0.0.1")]
    [TestCase("127.1")]
    [TestCase("2130706433")]
    [TestCase("[::ffff:127.0.0.1]")]
    public void With_the_systems_resolver_and_sockets_a_listener_of_this_host_sees_nobody(string host)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var client = new GuardedHttp(new SystemResolver(), new TcpDialer(), TimeProvider.System).CreateClient(
            url => new AllowedHost(url.IdnHost, url.Port, IsPrivate: false)
        );

        Assert.That(async () => await client.GetAsync($"https://{host}:{port}/"), Throws.Exception);

        Assert.That(listener.Pending(), Is.False);
    }

    private async Task GetAsync(string url)
    {
        using var client = Client();
        using var _ = await client.GetAsync(url);
    }

    private BlockedDestinationException? Blocked(string url)
    {
        var thrown = Assert.CatchAsync(async () => await GetAsync(url));
        return BlockedDestinationException.In(thrown!);
    }
}
