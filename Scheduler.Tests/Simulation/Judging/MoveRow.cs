using NodaTime;
using Scheduler.Core.Runs;

namespace Scheduler.Tests.Simulation.Judging;

/// <summary>One move of a run, in the order in which they were written.</summary>
internal sealed record MoveRow(string RunId, RunState? From, RunState To, Instant At, long LeaseEpoch, string Actor);
