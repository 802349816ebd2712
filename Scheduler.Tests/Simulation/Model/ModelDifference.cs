using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>An engine and the model do not agree on what an operation does.</summary>
internal sealed class ModelDifference(SqlOperation operation, string message) : Exception(message)
{
    public SqlOperation Operation { get; } = operation;
}
