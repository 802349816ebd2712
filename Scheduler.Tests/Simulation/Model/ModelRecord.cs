using System.Collections.Concurrent;
using System.Reflection;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>One record of a set argument, read by the names of its properties.</summary>
internal readonly struct ModelRecord(object row)
{
    private static readonly ConcurrentDictionary<(Type, string), PropertyInfo> Properties = new();

    public T Get<T>(string property) =>
        (T)
            Properties
                .GetOrAdd(
                    (row.GetType(), property),
                    key =>
                        key.Item1.GetProperty(key.Item2)
                        ?? throw new ArgumentException($"{key.Item1.Name} has no {key.Item2}.")
                )
                .GetValue(row)!;
}
