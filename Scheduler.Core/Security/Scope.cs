using Scheduler.Core.Contracts;

namespace Scheduler.Core.Security;

/// <summary>One right: an action on a resource. A null part stands for all of them, written <c>*</c>.</summary>
/// <remarks>Written <c>resource:action</c>, <c>resource:*</c> or <c>*</c>, in lower case.</remarks>
public readonly record struct Scope(ScopeResource? Resource, ScopeAction? Action)
{
    private const string Any = "*";

    /// <summary>Every action on every resource.</summary>
    public static Scope Everything { get; }

    /// <summary>True when a holder of this scope may do <paramref name="action"/> on <paramref name="resource"/>.</summary>
    public bool Allows(ScopeResource resource, ScopeAction action) =>
        (Resource is null || Resource == resource) && (Action is null || Action == action);

    /// <summary>Reads a scope. Anything but the three written forms is refused.</summary>
    public static bool TryParse(string? text, out Scope scope)
    {
        scope = default;
        if (text == Any)
        {
            return true;
        }
        var parts = text?.Split(':') ?? [];
        if (
            parts.Length != 2
            || text!.Any(char.IsAsciiLetterUpper)
            || !Wire.TryParse<ScopeResource>(parts[0], out var resource)
        )
        {
            return false;
        }
        if (parts[1] == Any)
        {
            scope = new Scope(resource, null);
            return true;
        }
        scope = Wire.TryParse<ScopeAction>(parts[1], out var action) ? new Scope(resource, action) : default;
        return scope.Action is not null;
    }

    /// <summary>The written form.</summary>
    public override string ToString() =>
        Resource is not { } resource
            ? Any
            : $"{Wire.Name(resource)}:{(Action is { } action ? Wire.Name(action) : Any)}";
}
