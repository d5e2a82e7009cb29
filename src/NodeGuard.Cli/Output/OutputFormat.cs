using System.CommandLine;

namespace NodeGuard.Cli.Output;

public enum OutputFormat
{
    Table,
    Wide,
    Json,
    Yaml,
}

public static class OutputOption
{
    private static readonly string[] Names = ["table", "wide", "json", "yaml"];

    public static Option<string> Create()
    {
        var option = new Option<string>("--output", "-o")
        {
            Description = "how to print",
            DefaultValueFactory = static _ => "table",
        };
        option.AcceptOnlyFromAmong(Names);
        return option;
    }

    public static OutputFormat Format(this ParseResult parsed, Option<string> option) => parsed.GetValue(option) switch
    {
        "wide" => OutputFormat.Wide,
        "json" => OutputFormat.Json,
        "yaml" => OutputFormat.Yaml,
        _ => OutputFormat.Table,
    };

    public static bool IsForPrograms(this OutputFormat format) => format is OutputFormat.Json or OutputFormat.Yaml;
}
