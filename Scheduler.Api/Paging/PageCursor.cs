using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Scheduler.Api.Paging;

/// <summary>
/// The values by which a list goes on, as one opaque text. It only says where to go on; whose list it is and what is in
/// it, the request says itself.
/// </summary>
internal static class PageCursor
{
    private const int Longest = 512;

    public static string Write(IReadOnlyList<string> values) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(values));

    /// <summary>Null when it is not a cursor of so many values.</summary>
    public static IReadOnlyList<string>? Read(string cursor, int parts)
    {
        if (cursor.Length > Longest || !Base64Url.IsValid(cursor))
        {
            return null;
        }
        try
        {
            var values = JsonSerializer.Deserialize<string[]>(
                Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor))
            );
            // JSON's null can stand where the type says text, and text can hold what no store looks for.
            return values?.Length == parts && values.All(value => value?.Contains('\0') is false) ? values : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
