using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Scheduler.Api.Auth.Oidc;

namespace Scheduler.Tests.Api.Oidc;

/// <summary>When keys are fetched, in virtual time.</summary>
public sealed class SigningKeysTests
{
    private readonly FakeTimeProvider time = new();
    private string kid = "one";
    private bool isDown;
    private int fetches;

    [Test]
    public async Task A_rotated_key_is_found_after_a_minute_and_its_predecessor_is_gone()
    {
        using var keys = Keys();
        await keys.FindAsync("one", default);
        kid = "two";

        Assert.That(await keys.FindAsync("two", default), Is.Empty, "Within the minute.");
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.That(await keys.FindAsync("two", default), Has.Count.EqualTo(1));
        Assert.That(await keys.FindAsync("one", default), Is.Empty);
        Assert.That(fetches, Is.EqualTo(2));
    }

    [Test]
    public async Task Keys_are_fetched_anew_every_hour()
    {
        using var keys = Keys();
        await keys.FindAsync("one", default);
        time.Advance(TimeSpan.FromMinutes(59));
        await keys.FindAsync("one", default);
        Assert.That(fetches, Is.EqualTo(1));

        time.Advance(TimeSpan.FromMinutes(1));
        await keys.FindAsync("one", default);

        Assert.That(fetches, Is.EqualTo(2));
    }

    [Test]
    public async Task Known_keys_outlive_an_outage_for_a_day()
    {
        using var keys = Keys();
        await keys.FindAsync("one", default);
        isDown = true;

        time.Advance(TimeSpan.FromHours(23));
        Assert.That(await keys.FindAsync("one", default), Has.Count.EqualTo(1));
        Assert.That(await keys.FindAsync("two", default), Is.Null, "It may be a new one.");
        time.Advance(TimeSpan.FromHours(1));
        Assert.That(await keys.FindAsync("one", default), Is.Null);
    }

    [Test]
    public async Task After_a_failure_the_next_fetch_waits_ten_seconds()
    {
        using var keys = Keys();
        isDown = true;
        await keys.FindAsync("one", default);
        await keys.FindAsync("one", default);
        Assert.That(fetches, Is.EqualTo(1));

        isDown = false;
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.That(await keys.FindAsync("one", default), Has.Count.EqualTo(1));
    }

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("<html>")]
    [TestCase("""{"keys":[{"kty":"oct","kid":"one","k":"c2VjcmV0"}]}""")]
    public async Task An_answer_without_keys_gives_none(string answer)
    {
        using var keys = new SigningKeys(_ => Task.FromResult(answer), time);

        Assert.That(await keys.FindAsync("one", default), Is.Null.Or.Empty);
    }

    [Test]
    public async Task An_issuer_that_does_not_answer_in_time_is_down()
    {
        using var keys = new SigningKeys(_ => throw new TaskCanceledException("took too long"), time);

        Assert.That(await keys.FindAsync("one", default), Is.Null);
    }

    [Test]
    public async Task A_caller_that_leaves_says_nothing_about_the_issuer()
    {
        using var leaving = new CancellationTokenSource();
        await leaving.CancelAsync();
        using var keys = new SigningKeys(
            async token =>
            {
                fetches++;
                token.ThrowIfCancellationRequested();
                return await Task.FromResult($$"""{"keys":[{"kty":"RSA","kid":"{{kid}}","n":"AQAB","e":"AQAB"}]}""");
            },
            time
        );

        Assert.That(
            async () => await keys.FindAsync("one", leaving.Token),
            Throws.InstanceOf<OperationCanceledException>()
        );

        Assert.That(await keys.FindAsync("one", default), Has.Count.EqualTo(1), "At once, not ten seconds later.");
    }

    private SigningKeys Keys() =>
        new(
            _ =>
            {
                fetches++;
                return isDown
                    ? throw new HttpRequestException("down")
                    : Task.FromResult($$"""{"keys":[{"kty":"RSA","kid":"{{kid}}","n":"AQAB","e":"AQAB"}]}""");
            },
            time
        );
}
