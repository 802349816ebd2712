using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>One move of a run.</summary>
/// <param name="From">Null at its birth.</param>
internal sealed record ModelTransition(
    ModelRun Run,
    RunState? From,
    RunState To,
    Instant At,
    string Actor,
    long LeaseEpoch,
    string? Note
)
{
    public static ModelRow Row(ModelTransition move) =>
        new(column =>
            column switch
            {
                "from_state" => move.From is { } from ? Wire.Name(from) : null,
                "to_state" => Wire.Name(move.To),
                "at" => move.At,
                "actor" => move.Actor,
                "lease_epoch" => move.LeaseEpoch,
                "note" => move.Note,
                _ => ModelRow.Unknown(column),
            }
        );
}
