namespace Scheduler.Api.Auth;

/// <summary>Who may call an endpoint, as the OpenAPI document states it.</summary>
/// <param name="Kinds">The callers that may; empty for an open endpoint.</param>
/// <param name="Scope">What a customer's key needs; null for other callers.</param>
public sealed record AccessDeclaration(IReadOnlyList<CallerKind> Kinds, string? Scope);
