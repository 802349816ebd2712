using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Scheduler.Api.Commands.Cli;

/// <summary>What a command shows: tables for people, or the API's JSON for programs.</summary>
internal sealed class CliScreen
{
    // Where nobody looks, a row is a line, however long.
    private const int LongestLine = 1_000;

    private readonly CliSurroundings surroundings;
    private readonly IAnsiConsole console;
    private readonly IAnsiConsole errors;

    public CliScreen(CliSurroundings surroundings, bool isJson)
    {
        this.surroundings = surroundings;
        IsJson = isJson;
        console = ConsoleOn(surroundings.Output);
        errors = ConsoleOn(surroundings.Error);
    }

    public bool IsJson { get; }

    public void Line(string text) => surroundings.Output.WriteLine(text);

    public void Error(string text) => surroundings.Error.WriteLine(text);

    /// <summary>The answer itself, for <c>--json</c>.</summary>
    public void Json(JsonElement answer) => Line(answer.GetRawText());

    public void Json(IReadOnlyList<JsonElement> entries) =>
        Line($"[{string.Join(',', entries.Select(entry => entry.GetRawText()))}]");

    /// <summary>Columns under their names.</summary>
    /// <param name="whenEmpty">Said instead of a table without rows.</param>
    public void Table(IReadOnlyList<string> columns, IEnumerable<string[]> rows, string whenEmpty)
    {
        var table = new Table().Border(surroundings.IsTerminal ? TableBorder.Rounded : TableBorder.None);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)).NoWrap());
        }
        foreach (var row in rows)
        {
            table.AddRow(row.Select(IRenderable (cell) => new Text(cell)));
        }
        if (table.Rows.Count == 0)
        {
            Line(whenEmpty);
            return;
        }
        Write(table);
    }

    /// <summary>Names and values, one pair a line; pairs without a value are left out.</summary>
    public void Facts(params IEnumerable<(string Name, string Value)> facts)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var (name, value) in facts.Where(fact => fact.Value.Length > 0))
        {
            grid.AddRow(new Text(name), new Text(value));
        }
        Write(grid);
    }

    /// <summary>Does something that takes long, with a bar for it where somebody looks.</summary>
    /// <param name="work">Is given what moves the bar, from 0 to 100.</param>
    public async Task<T> ProgressAsync<T>(string what, Func<Action<double>, Task<T>> work)
    {
        if (!surroundings.IsTerminal || IsJson)
        {
            return await work(_ => { });
        }
        return await errors
            .Progress()
            .StartAsync(async progress =>
            {
                var task = progress.AddTask(Markup.Escape(what));
                return await work(percent => task.Value = percent);
            });
    }

    private void Write(IRenderable what)
    {
        if (surroundings.IsTerminal)
        {
            console.Write(what);
            return;
        }
        // Without the blanks that fill up the last column.
        using var text = new StringWriter();
        ConsoleOn(text).Write(what);
        foreach (var line in text.ToString().TrimEnd('\r', '\n').Split('\n'))
        {
            Line(line.TrimEnd());
        }
    }

    private IAnsiConsole ConsoleOn(TextWriter writer)
    {
        var made = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(writer),
                Ansi = surroundings.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
                ColorSystem = surroundings.IsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
                Interactive = surroundings.IsTerminal ? InteractionSupport.Detect : InteractionSupport.No,
            }
        );
        if (!surroundings.IsTerminal)
        {
            made.Profile.Width = LongestLine;
        }
        return made;
    }
}
