using System.Globalization;
using System.Text;

namespace Scheduler.Tests.Simulation;

/// <summary>
/// Finds the shortest history that still breaks the same promise: fewer faults, customers, pipelines and processes as long as it does,
/// and no step after it.
/// </summary>
internal static class Shrinking
{
    public static SimulationResult Shrink(SimulationResult failure, Func<Scenario, SimulationResult> run)
    {
        var shortest = failure;
        for (var again = true; again; )
        {
            again = false;
            foreach (var smaller in Smaller(shortest.Scenario))
            {
                var result = run(smaller);
                if (result.Violation?.Invariant == failure.Violation!.Invariant)
                {
                    shortest = result;
                    again = true;
                    break;
                }
            }
        }
        return shortest;
    }

    public static string Explain(SimulationResult failure, Histories histories, int lastLines)
    {
        var shortest = Shrink(failure, scenario => histories.Run(scenario));
        var told = histories.Run(shortest.Scenario, keepsLines: true);
        var scenario = told.Scenario;
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"The shortest history of seed {scenario.Seed} that still fails: {told.Violation}"
        );
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"  {scenario.Days} days from {scenario.Start}, {scenario.Instances} instances, {scenario.Workers} workers with {scenario.Concurrency} slots, leases of {scenario.Lease}, a trigger every {scenario.TriggerEvery}"
        );
        text.AppendLine($"  faults: {(scenario.Faults.Count == 0 ? "none" : string.Join(", ", scenario.Faults))}");
        foreach (var customer in scenario.Customers)
        {
            text.AppendLine($"  {customer.Id} ({customer.Plan}, {customer.Zone})");
            foreach (var pipeline in customer.Pipelines)
            {
                text.AppendLine($"    {pipeline}");
            }
        }
        text.AppendLine(CultureInfo.InvariantCulture, $"  its last steps, of {told.History.Lines.Count}:");
        foreach (var line in told.History.Lines.TakeLast(lastLines))
        {
            text.AppendLine($"  {line}");
        }
        return text.ToString();
    }

    /// <summary>Each a little less than the scenario, the largest steps first.</summary>
    private static IEnumerable<Scenario> Smaller(Scenario scenario)
    {
        if (scenario.Faults.Count > 1)
        {
            yield return scenario with
            {
                Faults = new SortedSet<Fault>(),
            };
        }
        if (scenario.Days > 1)
        {
            yield return scenario with
            {
                Days = scenario.Days / 2,
            };
        }
        foreach (var customer in scenario.Customers.Where(_ => scenario.Customers.Count > 1))
        {
            yield return scenario with
            {
                Customers = [.. scenario.Customers.Where(other => other != customer)],
            };
        }
        foreach (var fault in scenario.Faults)
        {
            yield return scenario with
            {
                Faults = new SortedSet<Fault>(scenario.Faults.Where(other => other != fault)),
            };
        }
        foreach (var customer in scenario.Customers.Where(customer => customer.Pipelines.Count > 1))
        {
            foreach (var pipeline in customer.Pipelines)
            {
                var less = customer with { Pipelines = [.. customer.Pipelines.Where(other => other != pipeline)] };
                yield return scenario with
                {
                    Customers = [.. scenario.Customers.Select(other => other == customer ? less : other)],
                };
            }
        }
        if (scenario.Instances > 1)
        {
            yield return scenario with
            {
                Instances = scenario.Instances - 1,
            };
        }
        if (scenario.Workers > 1)
        {
            yield return scenario with
            {
                Workers = scenario.Workers - 1,
            };
        }
        if (scenario.Concurrency > 1)
        {
            yield return scenario with
            {
                Concurrency = scenario.Concurrency - 1,
            };
        }
    }
}
