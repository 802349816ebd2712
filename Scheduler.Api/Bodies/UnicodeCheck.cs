using System.Text.Json;

namespace Scheduler.Api.Bodies;

/// <summary>Finds text that JSON can write and Unicode does not know: an escaped half of a surrogate pair, <c>"\ud800"</c>.</summary>
internal static class UnicodeCheck
{
    /// <summary>Whether all text within the element, names included, can be read.</summary>
    public static bool IsValid(JsonElement element)
    {
        try
        {
            Read(element);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static void Read(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Read(item);
                }
                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    Read(member.Value);
                }
                break;
        }
    }
}
