namespace Scheduler.Api.Bodies;

/// <summary>The messages per field that a check gathers, at most 50 fields: an answer must not grow with the attack.</summary>
internal sealed class BodyErrors
{
    /// <summary>Stands for the body as a whole.</summary>
    public const string Whole = "body";

    private const int MostFields = 50;

    private readonly Dictionary<string, IReadOnlyList<string>> fields = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Fields => fields;

    /// <summary>How many faults of shape there are: with one, the body cannot be made into its contract.</summary>
    public int Misshapen { get; private set; }

    /// <summary>Adds a fault of shape: an unknown, missing or mistyped field.</summary>
    public void AddShape(string path, string message)
    {
        Misshapen++;
        Add(path, message);
    }

    /// <summary>Adds a value that has the right type and breaks a rule.</summary>
    public void Add(string path, string message)
    {
        var field = path.Length == 0 ? Whole : path;
        if (fields.TryGetValue(field, out var messages))
        {
            fields[field] = [.. messages, message];
        }
        else if (fields.Count < MostFields)
        {
            fields[field] = [message];
        }
    }
}
