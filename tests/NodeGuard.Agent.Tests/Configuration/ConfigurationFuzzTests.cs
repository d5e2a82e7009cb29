using System.Diagnostics;
using System.Text;
using NodeGuard.Agent.Configuration;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Configuration;

public sealed class ConfigurationFuzzTests
{
    private const string Seed =
        """
        # comment
        routes:
          mode: observe
          exclude:
            protocols: [bgp, 99]
            priorities: ["100-200", 7]
            devices:
              - veth*
              - 'eth?'
          resyncInterval: &anchor 20s
        http: {listen: "[::1]:80", socket: |
            /x.sock
          }
        log: !!map
          level: debug
        ? complex
        : *anchor
        """;

    private static readonly string[] Tokens =
        ["[", "]", "{", "}", ": ", "- ", "&a ", "*a", "!!str ", "!<x> ", "|", ">", "---\n", "...\n", "\"", "'", "\n", "\t", "#", "%YAML 1.2\n", "? ", "<<: ", "\0", "\uFEFF", "\u2028"];

    [Fact]
    public void Any_text_gives_options_or_errors_and_never_an_exception()
    {
        var random = new Random(20261121);
        for (int i = 0; i < FuzzScale.Cases(5_000); i++)
        {
            string text = Mutate(random);
            var errors = new List<ConfigurationError>();
            try
            {
                IReadOnlyList<RawSetting> settings = YamlSettingsReader.Read(text, "fuzz.yaml", errors);
                var values = new SettingValues();
                foreach (RawSetting raw in settings)
                {
                    values.TrySet(raw, errors);
                }
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"case {i}: {Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}", e);
            }

            errors.ShouldAllBe(error => error.Message.Length > 0 && error.Source.StartsWith("fuzz.yaml", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("a: ")]
    [InlineData("\"")]
    [InlineData("&a ")]
    [InlineData(" ")]
    public void A_file_of_one_token_over_and_over_is_answered_in_time(string token)
    {
        string text = string.Concat(Enumerable.Repeat(token, YamlSettingsReader.MaxCharacters / token.Length));
        var errors = new List<ConfigurationError>();
        var watch = Stopwatch.StartNew();

        YamlSettingsReader.Read("routes: " + text[..^8], "deep.yaml", errors);

        // Far above what a loaded machine needs for linear work on 64 KiB, far below a quadratic walk.
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    private static string Mutate(Random random)
    {
        var text = new StringBuilder(Seed);
        for (int edits = random.Next(1, 12); edits > 0; edits--)
        {
            int at = random.Next(text.Length);
            switch (random.Next(5))
            {
                case 0:
                    text.Remove(at, Math.Min(random.Next(1, 30), text.Length - at));
                    break;
                case 1:
                    text.Insert(at, Tokens[random.Next(Tokens.Length)]);
                    break;
                case 2:
                    text[at] = (char)random.Next(0, 0x300);
                    break;
                case 3:
                    text.Insert(at, text.ToString(random.Next(text.Length / 2), random.Next(text.Length / 2)));
                    break;
                default:
                    text.Insert(at, string.Concat(Enumerable.Repeat(Tokens[random.Next(Tokens.Length)], random.Next(50))));
                    break;
            }

            if (text.Length == 0)
            {
                text.Append(' ');
            }
        }

        return text.ToString();
    }
}
