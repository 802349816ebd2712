namespace Scheduler.Tests.Benchmarks;

/// <summary>
/// Fair queueing of equal items, played back over what was measured: whenever an item was claimed, it ought to have been the oldest
/// of the customer that has had the fewest turns. Start-time fair queueing with one unit an item (Goyal, Vin and Cheng, 1996).
/// </summary>
internal static class FairShare
{
    /// <param name="items">Who, from when on, and when it was claimed, in seconds.</param>
    /// <returns>The wait of each item in seconds, had the same claims been shared out fairly; in the order of the items.</returns>
    public static double[] Waits(IReadOnlyList<(int Customer, double From, double Claimed)> items)
    {
        var waits = new double[items.Count];
        var arrivals = Enumerable.Range(0, items.Count).OrderBy(item => items[item].From).ToArray();
        var claims = items.Select(item => item.Claimed).Order().ToArray();
        var lanes = new Dictionary<int, Queue<int>>();
        var turns = new Dictionary<int, long>();
        var round = new PriorityQueue<int, (long Turn, int Customer)>();
        var virtualTime = 0L;
        var arrived = 0;
        foreach (var moment in claims)
        {
            for (; arrived < arrivals.Length && items[arrivals[arrived]].From <= moment; arrived++)
            {
                var item = arrivals[arrived];
                var customer = items[item].Customer;
                var lane = lanes.TryGetValue(customer, out var known) ? known : lanes[customer] = new Queue<int>();
                lane.Enqueue(item);
                if (lane.Count == 1)
                {
                    turns[customer] = Math.Max(turns.GetValueOrDefault(customer), virtualTime);
                    round.Enqueue(customer, (turns[customer], customer));
                }
            }
            var next = round.Dequeue();
            virtualTime = turns[next]++;
            var served = lanes[next].Dequeue();
            waits[served] = moment - items[served].From;
            if (lanes[next].Count > 0)
            {
                round.Enqueue(next, (turns[next], next));
            }
        }
        return waits;
    }
}
