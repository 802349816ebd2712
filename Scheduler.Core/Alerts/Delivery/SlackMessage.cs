using System.Text.Json.Nodes;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>
/// An alert in Slack's blocks, with a plain text for notifications (docs.slack.dev, "Block Kit"): what customers wrote names nobody
/// and links nowhere.
/// </summary>
public static class SlackMessage
{
    // Slack's own limits are 150 characters of a header and 3,000 of a section.
    private const int LongestHeader = 150;
    private const int LongestSection = 2_900;

    public static JsonObject Of(DeliveryEvent it, AlertNotice notice, string? publicUrl)
    {
        var title = AlertText.Title(it, notice);
        var blocks = new JsonArray
        {
            Block("header", "plain_text", Cut(title, LongestHeader)),
            Block("section", "mrkdwn", Cut(Escaped(notice.Message), LongestSection)),
        };
        var context = string.Join("   ", AlertText.Facts(notice).Select(fact => $"{fact.Name}: {Escaped(fact.Value)}"));
        if (publicUrl is not null)
        {
            context += $"   <{publicUrl}/|scheduler>";
        }
        blocks.Add(
            new JsonObject
            {
                ["type"] = "context",
                ["elements"] = new JsonArray { Text("mrkdwn", Cut(context, LongestSection)) },
            }
        );
        return new JsonObject
        {
            ["text"] = Cut(Escaped($"{title}: {notice.Message}"), LongestSection),
            ["blocks"] = blocks,
        };
    }

    private static JsonObject Block(string block, string type, string text) =>
        new() { ["type"] = block, ["text"] = Text(type, text) };

    private static JsonObject Text(string type, string text) => new() { ["type"] = type, ["text"] = text };

    /// <summary>The three letters that Slack reads as its own.</summary>
    private static string Escaped(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);

    private static string Cut(string text, int most) => text.Length <= most ? text : $"{text[..(most - 1)]}…";
}
