using System.Text.Json.Nodes;

namespace Scheduler.Core.Scheduling;

/// <summary>JSON Merge Patch (RFC 7396): a pipeline's own parameters over the defaults of its provider.</summary>
internal static class MergePatch
{
    /// <summary>The merged document; <c>{}</c> where neither is given.</summary>
    /// <param name="target">The document to change; null is an empty one.</param>
    /// <param name="patch">What stands in it replaces what is there, and null removes it; null changes nothing.</param>
    public static string Apply(string? target, string? patch)
    {
        var merged = target is null ? new JsonObject() : JsonNode.Parse(target);
        return (patch is null ? merged : Apply(merged, JsonNode.Parse(patch)))?.ToJsonString() ?? "null";
    }

    private static JsonNode? Apply(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
        {
            return patch?.DeepClone();
        }
        var merged = target as JsonObject ?? [];
        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                merged.Remove(name);
            }
            else
            {
                var before = merged[name];
                merged.Remove(name);
                merged[name] = Apply(before, value);
            }
        }
        return merged;
    }
}
