using NodaTime;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>Who leads what. A new holder begins a new term.</summary>
internal sealed class ModelDuties(ModelStore store)
{
    public IReadOnlyList<ModelRow> Take(string duty, string holder, Duration lease, Instant now)
    {
        if (!store.Duties.TryGetValue(duty, out var held))
        {
            held = new ModelDuty
            {
                Holder = holder,
                Term = 1,
                ExpiresAt = now + lease,
            };
            store.Duties.Add(duty, held);
        }
        else if (held.Holder == holder || held.ExpiresAt <= now)
        {
            held.Term += held.Holder == holder ? 0 : 1;
            held.Holder = holder;
            held.ExpiresAt = now + lease;
        }
        var (leader, term, end) = (held.Holder, held.Term, held.ExpiresAt);
        return
        [
            new ModelRow(column =>
                column switch
                {
                    "holder" => leader,
                    "term" => term,
                    "expires_at" => end,
                    "now" => now,
                    _ => ModelRow.Unknown(column),
                }
            ),
        ];
    }

    /// <summary>How many leases of the holder's own that had not run out it ended: 0 or 1.</summary>
    public int Release(string duty, string holder, Instant now)
    {
        if (store.Duties.TryGetValue(duty, out var held) && held.Holder == holder && held.ExpiresAt > now)
        {
            held.ExpiresAt = now;
            return 1;
        }
        return 0;
    }
}
