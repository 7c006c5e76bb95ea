using System.Text;
using Twinrunner.Cli.Terminals;

namespace Twinrunner.Cli.Secrets;

/// <summary>Asks at the terminal for something that must not be seen.</summary>
internal static class Prompt
{
    public static string Hidden(Terminal terminal, string question)
    {
        terminal.Error.Write(question);
        var typed = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    terminal.Error.WriteLine();
                    return typed.ToString();
                case ConsoleKey.Backspace when typed.Length > 0:
                    typed.Length--;
                    break;
                case ConsoleKey.Backspace:
                    break;
                default:
                    if (!char.IsControl(key.KeyChar))
                        typed.Append(key.KeyChar);
                    break;
            }
        }
    }
}
