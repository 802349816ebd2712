using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Components;

namespace Scheduler.Api.Dashboard.Parts;

/// <summary>Text in a drawing: its element is a word of the Razor language, and cannot be written there.</summary>
public static class SvgText
{
    public static MarkupString Of(int x, int y, string text) =>
        new($"<text x=\"{x}\" y=\"{y}\">{HtmlEncoder.Default.Encode(text)}</text>");
}
