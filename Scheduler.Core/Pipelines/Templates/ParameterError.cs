namespace Scheduler.Core.Pipelines.Templates;

/// <summary>What is wrong with one parameter and what would be right.</summary>
public sealed record ParameterError(string Field, string Message);
