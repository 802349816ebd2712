namespace Scheduler.Core.Credentials;

/// <summary>What is wrong with one field of a secret and what would be right; never its value.</summary>
public sealed record SecretFault(string Field, string Message);
