using System.Runtime.CompilerServices;
using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Datasets;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Normalise;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Exports;

/// <summary>
/// Reads an export month by month: the months that have been delivered anew since they were loaded, each of them whole. What a
/// month's files charge for a day of another month belongs to the month's first day.
/// </summary>
/// <param name="store">Where it lies.</param>
/// <param name="dayColumn">The column with the day or instant of a charge.</param>
/// <param name="mostBytes">The most that a file may have when it is unpacked.</param>
internal sealed class MonthlyExport(IExportStore store, string dayColumn, long mostBytes)
{
    /// <summary>The column that is added: the day that a row counts for.</summary>
    public const string UsageDay = "usage_day";

    // Exports restate a closed month for some weeks, credits and refunds for longer; none goes back for more than a year.
    private const int MostMonthsBack = 13;

    public static readonly LocalDatePattern MonthFormat = LocalDatePattern.CreateWithInvariantCulture("uuuu-MM");

    /// <summary>
    /// The months of the window, and the older ones that have been loaded, that lie in the store in another version than was
    /// loaded. Months that the run names are read whether or not they have changed.
    /// </summary>
    /// <exception cref="PipelineException">The store has nothing of the export.</exception>
    public async Task<SourceChanges> FindChangesAsync(ExtractRequest request, CancellationToken cancellationToken)
    {
        var (isThere, parts) = (false, new List<DayWindow>());
        var marks = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var month in Candidates(request))
        {
            if (await store.FindAsync(month, cancellationToken) is not { } found)
            {
                continue;
            }
            isThere = true;
            var (mark, version) = (store.MarkOf(month), $"{request.TemplateVersion}/{found.Version}");
            if (request.NamesDays || request.Watermarks.GetValueOrDefault(mark) != version)
            {
                parts.Add(new DayWindow(month, month.With(DateAdjusters.EndOfMonth)));
                marks[mark] = version;
            }
        }
        return isThere
            ? new SourceChanges { Parts = parts, Watermarks = marks }
            : throw new PipelineException(
                ErrorType.ResourceNotFound,
                "There is nothing of this export for any month of the window."
            );
    }

    /// <param name="request">What is read; its parts are the months.</param>
    /// <param name="shape">Makes pages of the template's columns from those of the files.</param>
    public async IAsyncEnumerable<ExtractPage> ExtractAsync(
        ExtractRequest request,
        Func<ExtractPage, ExtractPage>? shape,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var months = request.Parts ?? [.. DayChunks.OfMonths(request.Days)];
        foreach (var month in months.Select(part => part.From))
        {
            var before = await store.FindAsync(month, cancellationToken) ?? throw Replaced();
            foreach (var name in before.Files)
            {
                var pages = ReadAsync(name, request.WorkFolder, cancellationToken);
                await foreach (var page in InMonth(pages, month))
                {
                    yield return shape is null ? page : shape(page);
                }
            }
            var after = await store.FindAsync(month, cancellationToken);
            if (after?.Version != before.Version)
            {
                throw Replaced();
            }
        }
    }

    private IEnumerable<LocalDate> Candidates(ExtractRequest request)
    {
        var days = request.Days;
        var older = Enumerable
            .Range(1, MostMonthsBack)
            .Select(back => days.From.With(DateAdjusters.StartOfMonth).PlusMonths(-back))
            .Where(month => !request.NamesDays && request.Watermarks.ContainsKey(store.MarkOf(month)));
        return DayChunks
            .OfMonths(days)
            .Select(part => part.From.With(DateAdjusters.StartOfMonth))
            .Concat(older)
            .Order();
    }

    private async IAsyncEnumerable<ExtractPage> ReadAsync(
        string name,
        string folder,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var file = Path.Combine(folder, "export");
        var answer = await store.DownloadAsync(name, file, cancellationToken);
        if (answer.IsEmpty)
        {
            throw Replaced();
        }
        await foreach (var page in ExportFile.ReadAsync(file, name, mostBytes, cancellationToken))
        {
            yield return page;
        }
    }

    /// <summary>Adds the day that a row counts for: its own, or the month's first for what lies outside the month.</summary>
    private async IAsyncEnumerable<ExtractPage> InMonth(IAsyncEnumerable<ExtractPage> pages, LocalDate month)
    {
        IReadOnlyList<string>? known = null;
        IReadOnlyList<string> columns = [];
        var place = -1;
        await foreach (var page in pages)
        {
            if (!ReferenceEquals(known, page.Columns))
            {
                known = page.Columns;
                columns = [.. known, UsageDay];
                place = known.ToList().IndexOf(dayColumn);
                if (place < 0)
                {
                    throw new PipelineException(ErrorType.SchemaDrift, $"The export lacks the column {dayColumn}.");
                }
            }
            yield return page with
            {
                Columns = columns,
                Rows = [.. page.Rows.Select(row => (string?[])[.. row.Select(ValueOf), DayOf(row[place], month)])],
            };
        }
    }

    /// <summary>An empty cell of CSV is no value.</summary>
    private static string? ValueOf(string? cell) => cell is "" ? null : cell;

    private static string? DayOf(string? text, LocalDate month)
    {
        if (text is null || Conversions.Date(text) is not { } day)
        {
            return text;
        }
        var isInMonth = (day.Year, day.Month) == (month.Year, month.Month);
        return LocalDatePattern.Iso.Format(isInMonth ? day : month.With(DateAdjusters.StartOfMonth));
    }

    private static PipelineException Replaced() =>
        new(ErrorType.ServiceUnavailable, "The export was replaced while it was read.");
}
