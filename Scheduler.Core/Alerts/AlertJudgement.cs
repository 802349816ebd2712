namespace Scheduler.Core.Alerts;

/// <summary>What a rule says of one subject at one look. An alert that no judgement speaks of any more is over.</summary>
/// <param name="Rule">E.g. QUEUE_LENGTH.</param>
/// <param name="Subject">What it is about; of one rule and subject one alert fires at a time.</param>
/// <param name="CustomerId">Whom it concerns; null where it is the system.</param>
/// <param name="Message">For people.</param>
/// <param name="Fires">
/// False where the figure has come back below its limit and is still near it: then an alert that fires goes on and none begins, so
/// that a figure about its limit does not fire again and again.
/// </param>
public sealed record AlertJudgement(string Rule, string Subject, string? CustomerId, string Message, bool Fires = true);
