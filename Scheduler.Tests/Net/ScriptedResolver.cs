using System.Net;
using Scheduler.Core.Net;

namespace Scheduler.Tests.Net;

/// <summary>Answers from a queue, then always the same.</summary>
internal sealed class ScriptedResolver : IHostResolver
{
    public Queue<IPAddress[]> Answers { get; } = new();
    public IPAddress[] Otherwise { get; set; } = [];
    public int Asked { get; private set; }

    public Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        Asked++;
        return Task.FromResult<IReadOnlyList<IPAddress>>(Answers.TryDequeue(out var answer) ? answer : Otherwise);
    }
}
