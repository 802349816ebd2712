using System.Text.Json;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;

namespace Scheduler.Tests.Contracts;

[TestFixture]
internal sealed partial class WireTests
{
    private static readonly Type[] Vocabularies =
    [
        .. typeof(Wire).Assembly.GetExportedTypes().Where(type => type.IsEnum),
    ];

    [TestCaseSource(nameof(Vocabularies))]
    public void Every_word_of_every_vocabulary_comes_back_as_the_member_it_stands_for(Type vocabulary)
    {
        var words = new List<string>();
        foreach (var member in Enum.GetValues(vocabulary))
        {
            var json = JsonSerializer.Serialize(member, vocabulary, WireJson.Options);
            Assert.That(JsonSerializer.Deserialize(json, vocabulary, WireJson.Options), Is.EqualTo(member));
            words.Add(json.Trim('"'));
        }
        using (Assert.EnterMultipleScope())
        {
            Assert.That(words.Select(word => word.ToUpperInvariant()), Is.Unique);
            Assert.That(words, Has.All.Matches<string>(word => OneCase().IsMatch(word)));
        }
    }

    [Test]
    public void The_words_are_those_of_the_contract()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Wire.Words<RunState>(),
                Is.EqualTo("SCHEDULED PENDING RUNNING COMPLETED FAILED SKIPPED".Split(' '))
            );
            Assert.That(
                Wire.Words<SkipReason>(),
                Is.EqualTo(
                    "QUOTA_DAILY QUOTA_MONTHLY OVERLAP MISFIRE PAUSED SUSPENDED SUBSCRIPTION_ENDED CANCELLED".Split(' ')
                )
            );
            Assert.That(Wire.Words<MisfirePolicy>(), Is.EquivalentTo("run_once skip run_all".Split(' ')));
            Assert.That(Wire.Words<OverlapPolicy>(), Is.EquivalentTo("skip queue allow cancel_other".Split(' ')));
            Assert.That(Wire.Words<TriggeredBy>(), Is.EqualTo("cloud_scheduler manual retry api backfill".Split(' ')));
            Assert.That(Wire.Words<RunOutcome>(), Is.EquivalentTo("completed failed released cancelled".Split(' ')));
            Assert.That(Wire.Name(ErrorType.RateLimitExceeded), Is.EqualTo("RATE_LIMIT_EXCEEDED"));
        }
    }

    [TestCase("")]
    [TestCase("0")]
    [TestCase("RUNNING ")]
    [TestCase("Sleeping")]
    public void What_is_no_word_is_refused(string word)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Wire.TryParse<RunState>(word, out _), Is.False);
            Assert.That(() => Wire.Parse<RunState>(word), Throws.TypeOf<FormatException>());
            Assert.That(
                () => JsonSerializer.Deserialize<RunState>($"\"{word}\"", WireJson.Options),
                Throws.TypeOf<JsonException>().With.Message.Contains("SCHEDULED, PENDING")
            );
        }
    }

    [Test]
    public void A_number_is_no_word()
    {
        Assert.That(() => JsonSerializer.Deserialize<RunState>("2", WireJson.Options), Throws.TypeOf<JsonException>());
        Assert.That(() => Wire.Name((RunState)99), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [GeneratedRegex("^([A-Z][A-Z_]*|[a-z][a-z_]*)$")]
    private static partial Regex OneCase();
}
