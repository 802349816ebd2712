namespace Scheduler.Core.Pipelines.Templates;

/// <summary>Where an adapter's option gets its value.</summary>
public abstract record OptionValue
{
    private OptionValue() { }

    /// <summary>Written in the template.</summary>
    public sealed record Literal(object Value) : OptionValue;

    /// <summary>Taken from the run's parameter of this name; unset stays unset.</summary>
    public sealed record FromParameter(string Name) : OptionValue;
}
