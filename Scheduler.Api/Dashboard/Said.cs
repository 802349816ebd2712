using System.Collections.Frozen;

namespace Scheduler.Api.Dashboard;

/// <summary>
/// What came of an action, told on the page that the browser is sent on to. The address carries a word, the text is here: nobody can
/// make a page say something by a link.
/// </summary>
internal static class Said
{
    public const string Query = "said";
    public const string Queued = "queued";
    public const string AskedBefore = "asked-before";
    public const string Paused = "paused";
    public const string Resumed = "resumed";
    public const string SwitchedOff = "switched-off";
    public const string Cancelled = "cancelled";
    public const string Cancelling = "cancelling";
    public const string BackfillStarted = "backfill-started";
    public const string BackfillChanged = "backfill-changed";
    public const string BulkStarted = "bulk-started";
    public const string BulkUndone = "bulk-undone";
    public const string Silenced = "silenced";
    public const string Unsilenced = "unsilenced";
    public const string SentAgain = "sent-again";

    private static readonly FrozenDictionary<string, string> Texts = new Dictionary<string, string>
    {
        [Queued] = "The run is queued.",
        [AskedBefore] = "This run was asked for before; it is not queued twice.",
        [Paused] = "The pipeline is paused.",
        [Resumed] = "The pipeline goes on.",
        [SwitchedOff] = "The pipeline is switched off.",
        [Cancelled] = "The run is cancelled.",
        [BackfillStarted] = "The backfill is started.",
        [BackfillChanged] = "The backfill is changed.",
        [BulkStarted] = "It is under way.",
        [Silenced] = "The alert is silenced.",
        [Unsilenced] = "The silence is over.",
        [SentAgain] = "It is sent again.",
        [BulkUndone] = "It is being taken back.",
        [Cancelling] = "The run is asked to stop; its worker ends it within a lease.",
    }.ToFrozenDictionary();

    public static SeeOther On(string path, string said) => new($"{path}?{Query}={said}");

    /// <summary>Null for a word that is none of these.</summary>
    public static Notice? NoticeOf(string? said) =>
        said is not null && Texts.TryGetValue(said, out var text) ? new Notice(text) : null;
}
