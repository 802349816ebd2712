namespace Scheduler.Tests.Mutations;

/// <summary>One small change of one script, that its tests ought to notice.</summary>
/// <param name="Concept">The file, without folder and ending.</param>
/// <param name="Statement">The script in it.</param>
/// <param name="Start">Where the replaced text begins in the script.</param>
/// <param name="Original">What stands there.</param>
/// <param name="Replacement">What takes its place.</param>
/// <param name="Context">The line around it, for people, and to tell equal changes of a script apart.</param>
internal sealed record SqlMutant(
    string Concept,
    string Statement,
    int Start,
    string Original,
    string Replacement,
    string Context
)
{
    /// <summary>The text of the script with the change made.</summary>
    public string In(string script) =>
        string.Concat(script.AsSpan(0, Start), Replacement, script.AsSpan(Start + Original.Length));

    public override string ToString() =>
        $"{Concept}.{Statement}: {OneLine(Original)} → {Replacement}   in   {OneLine(Context)}";

    private static string OneLine(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
